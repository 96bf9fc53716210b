import Foundation
import Glibc

enum Processes {
    /// Of every process there is, its words with a space between; those that are gone and not yet collected have none.
    static func commandLines() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { Int($0) != nil }.compactMap { pid in
            guard let data = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") else { return nil }
            return String(decoding: data.map { $0 == 0 ? UInt8(ascii: " ") : $0 }, as: UTF8.self)
        }
    }

    /// The inodes of all connections to a port of 127.0.0.1, by /proc/net/tcp.
    static func connections(to port: UInt16) -> [String] {
        guard let table = fopen("/proc/self/net/tcp", "re") else { return [] }
        defer { fclose(table) }
        let place = "0100007F:" + String(port, radix: 16, uppercase: true)
        var inodes: [String] = []
        var line = [CChar](repeating: 0, count: 256)
        while fgets(&line, Int32(line.count), table) != nil {
            let words = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self).split(
                separator: " ")
            // The other end, and TCP_ESTABLISHED.
            if words.count > 9, words[2] == place, words[3] == "01" { inodes.append(String(words[9])) }
        }
        return inodes
    }

    /// Who holds such a connection.
    static func connected(to port: UInt16) -> [pid_t] {
        let links = Set(connections(to: port).map { "socket:[\($0)]" })
        let files = FileManager.default
        let pids = (try? files.contentsOfDirectory(atPath: "/proc").compactMap { pid_t($0) }) ?? []
        return pids.filter { pid in
            let folder = "/proc/\(pid)/fd"
            let descriptors = (try? files.contentsOfDirectory(atPath: folder)) ?? []
            return descriptors.contains { name in
                (try? files.destinationOfSymbolicLink(atPath: "\(folder)/\(name)")).map(links.contains) ?? false
            }
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
