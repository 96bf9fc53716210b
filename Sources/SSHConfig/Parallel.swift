import Glibc
import Synchronization

/// Blocking work on a few threads of its own.
enum Parallel {
    private final class Work<Input: Sendable, Output: Sendable>: Sendable {
        let inputs: [Input]
        let body: @Sendable (Input) -> Output
        let state = Mutex<(next: Int, outputs: [(Input, Output)])>((0, []))

        init(_ inputs: [Input], _ body: @escaping @Sendable (Input) -> Output) {
            self.inputs = inputs
            self.body = body
        }

        func run() {
            while true {
                let index = state.withLock { state in
                    defer { state.next += 1 }
                    return state.next
                }
                guard index < inputs.count else { return }
                let output = body(inputs[index])
                state.withLock { $0.outputs.append((inputs[index], output)) }
            }
        }
    }

    private final class Body: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// In no order. The caller's thread works too.
    static func map<Input: Sendable, Output: Sendable>(
        _ inputs: [Input], width: Int, _ body: @escaping @Sendable (Input) -> Output
    ) -> [(Input, Output)] {
        let work = Work(inputs, body)
        var threads: [pthread_t] = []
        for _ in 1..<max(2, min(width, inputs.count)) {
            guard let thread = start({ work.run() }) else { break }
            threads.append(thread)
        }
        work.run()
        for thread in threads { pthread_join(thread, nil) }
        return work.state.withLock { $0.outputs }
    }

    /// On a thread of its own, or here where there is no room for one.
    static func detach(_ body: @escaping @Sendable () -> Void) {
        if let thread = start(body) { pthread_detach(thread) } else { body() }
    }

    private static func start(_ run: @escaping @Sendable () -> Void) -> pthread_t? {
        let body = Unmanaged.passRetained(Body(run))
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { raw in
                guard let raw else { return nil }
                Unmanaged<Body>.fromOpaque(raw).takeRetainedValue().run()
                return nil
            }, body.toOpaque())
        guard code == 0 else {
            body.release()
            return nil
        }
        return thread
    }
}
