import Hardening
import Testing

struct JudgingQueueTests {
    @Test func `every task runs once, whatever the number that waits`() async {
        let queue = JudgingQueue()
        let numbers = await withTaskGroup(of: Int.self) { group in
            for number in 1...5000 {
                group.addTask(executorPreference: queue) {
                    await Task.yield()
                    return number
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(numbers.sorted() == Array(1...5000))
    }

    @Test func `a task that comes when all others have ended still runs`() async {
        let queue = JudgingQueue()
        for number in 1...200 {
            let task = Task(executorPreference: queue) { number }
            let answer = await task.value
            #expect(answer == number)
        }
    }
}
