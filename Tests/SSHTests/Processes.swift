import Foundation

enum Processes {
    /// Of every process there is, its words with a space between; those that are gone and not yet collected have none.
    static func commandLines() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { Int($0) != nil }.compactMap { pid in
            guard let data = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") else { return nil }
            return String(decoding: data.map { $0 == 0 ? UInt8(ascii: " ") : $0 }, as: UTF8.self)
        }
    }

    static func descendants(of parent: pid_t) -> [pid_t] {
        let pids = (try? FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { pid_t($0) }) ?? []
        let parents = pids.compactMap { pid -> (pid: pid_t, parent: pid_t)? in
            // proc(5): the name stands in brackets and may hold anything; the parent is the second word behind it.
            guard let data = FileManager.default.contents(atPath: "/proc/\(pid)/stat"),
                let end = data.lastIndex(of: UInt8(ascii: ")"))
            else { return nil }
            let words = String(decoding: data[(end + 1)...], as: UTF8.self).split(separator: " ")
            return words.count > 1 ? pid_t(words[1]).map { (pid, $0) } : nil
        }
        var found: [pid_t] = []
        var level = [parent]
        while !level.isEmpty {
            level = parents.filter { level.contains($0.parent) }.map(\.pid)
            found += level
        }
        return found
    }
}
