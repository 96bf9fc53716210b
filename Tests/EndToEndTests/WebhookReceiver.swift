import Glibc
import Testing

/// A web server of Python's on loopback that writes down what it got, and answers as the path asks.
struct WebhookReceiver {
    private let scratch: Scratch
    private let program: Program

    init(in scratch: Scratch) throws {
        self.scratch = scratch
        let script = try scratch.write(Self.script, to: "receiver.py")
        program = try Program(
            "/usr/bin/python3", [script, scratch.path], in: scratch, environment: ["PATH": "/usr/bin:/bin"])
    }

    func start() async throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while !scratch.exists("receiver.port") {
            if ContinuousClock.now > deadline { throw ScratchError("the receiver does not listen") }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    var port: String {
        get throws { String(decoding: try Scratch.read("\(scratch.path)/receiver.port"), as: UTF8.self) }
    }

    var log: String {
        get throws { String(decoding: try Scratch.read("\(scratch.path)/receiver.log"), as: UTF8.self) }
    }

    func end() async throws {
        program.signal(SIGKILL)
        _ = try await program.end()
    }

    private static let script = #"""
        import glob, hashlib, hmac, http.server, os, sys, time
        folder = sys.argv[1]

        def arguments():
            for path in glob.glob("/proc/[0-9]*/cmdline"):
                try:
                    yield open(path, "rb").read()
                except OSError:
                    pass

        class Receiver(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                expected = hmac.new(b"tell nobody", body, hashlib.sha256).hexdigest()
                good = hmac.compare_digest("sha256=" + expected, self.headers.get("X-Kubesweep-Signature", ""))
                seen = any(b"hook-0815" in line or b"tell nobody" in line or expected.encode() in line for line in arguments())
                with open(folder + "/receiver.log", "a") as log:
                    print("POST", self.path, self.headers["Content-Type"], "signature", "good," if good else "bad,",
                        "arguments", "show it" if seen else "clean", file=log)
                with open(folder + "/received.json", "wb") as file:
                    file.write(body)
                if self.path == "/hang":
                    time.sleep(30)
                status = 500 if self.path == "/status/500" else 302 if self.path == "/redirect" else 204
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", "/elsewhere")
                self.end_headers()

            do_GET = do_POST

            def log_message(self, *words):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
        with open(folder + "/port.part", "w") as file:
            file.write(str(server.server_address[1]))
        os.rename(folder + "/port.part", folder + "/receiver.port")
        server.serve_forever()
        """#
}
