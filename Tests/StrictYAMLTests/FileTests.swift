import Glibc
import StrictYAML
import Testing

/// A file in a directory of its own, removed again after `body`.
private func withFile<Result>(_ bytes: [UInt8], _ body: (String) throws -> Result) throws -> Result {
    var template = Array("/tmp/strict-yaml-XXXXXX".utf8CString)
    let directory = try #require(mkdtemp(&template).map { String(cString: $0) })
    let path = directory + "/f.yaml"
    defer {
        unlink(path)
        rmdir(directory)
    }
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL, 0o600)
    try #require(descriptor >= 0)
    #expect(write(descriptor, bytes, bytes.count) == bytes.count)
    close(descriptor)
    return try body(path)
}

private func problem(_ path: String, limit: Int = 1 << 20) -> String {
    do throws(YAMLError) {
        return "read: " + (try YAMLFile.text(path: path, limit: limit))
    } catch {
        return error.description.replacing(path, with: "f")
    }
}

struct FileTests {
    @Test(arguments: [
        (Array("name: é\n".utf8), "read: name: é\n"),
        ([], "read: "),
        (Array("a: b\nc: é".utf8) + [0xFF], "f:2:5: byte 0xff is not UTF-8"),
        ([0xC3], "f:1:1: byte 0xc3 is not UTF-8"),
    ])
    func `a file's bytes are its text, or placed`(bytes: [UInt8], expected: String) throws {
        #expect(try withFile(bytes) { problem($0) } == expected)
    }

    @Test func `a file at the limit is read and one beyond it is not`() throws {
        let bytes = [UInt8](repeating: UInt8(ascii: "a"), count: 1 << 20)
        #expect(try withFile(bytes) { problem($0).utf8.count } == 6 + bytes.count)
        #expect(try withFile(bytes + [0x61]) { problem($0) } == "f:1:1: larger than 1 MiB")
    }

    @Test func `what cannot be read says why`() {
        #expect(problem("/nonexistent/f") == "f:1:1: cannot be opened: no such file or directory")
        #expect(problem("/tmp") == "f:1:1: cannot be read: is a directory")
    }
}
