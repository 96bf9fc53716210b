import Testing

extension SimulatedMasters {
    /// 200 masters on 20 sshd; each names its own address in `--tls-cert-file`, which the report quotes.
    @Suite(.fleet("many"))
    struct ManyHosts {
        let fleet: LoopbackFleet

        init() throws { fleet = try LoopbackFleet.running() }

        private func sweep(_ options: [String]) async throws -> ProgramEnd {
            let end = try await Scratch().kubesweep(
                ["scan", "--inventory", fleet.inventory, "--format", "json"] + options)
            #expect(end.status == 1, "\(end.talk)")
            return end
        }

        @Test func `are each judged by what they show themselves, all at once and a few at a time`() async throws {
            let wide = try await sweep(["--concurrency", "200", "--per-cluster", "200"])
            let narrow = try await sweep(["--concurrency", "7", "--per-cluster", "3"])
            #expect(Transcript.masked(wide.output) == Transcript.masked(narrow.output))

            let document = try SweepDocument(wide.stdout)
            #expect(document.hosts.count == 200)
            for (cluster, number) in zip(document.clusters, 1...) {
                let name = "fleet\(number < 10 ? "0" : "")\(number)"
                #expect(cluster.name == name)
                let shown = cluster.hosts.map { host in
                    [host.name, host.address, host.state] + host.observed("apiserver-tls-serving-certificate")
                }
                let expected = (1...10).map { last in
                    let address = "127.78.\(number).\(last)"
                    let files = "/etc/kubernetes/pki/\(address)"
                    return [
                        "cp\(last).\(name).example", "\(address):\(fleet.port)", "evaluated",
                        "--tls-cert-file=\(files).crt, --tls-private-key-file=\(files).key",
                    ]
                }
                #expect(Set(shown) == Set(expected))
                #expect(shown.count == 10)
                // One sshd answers for a whole cluster, with a key that no other has.
                #expect(Set(cluster.hosts.map { $0.evidence?.hostKey }).count == 1)
            }
            #expect(Set(document.hosts.map { $0.evidence?.hostKey }).count == 20)
            #expect(Set(document.hosts.map { $0.evidence?.digest }).count == 200)
            #expect(Set(document.hosts.map(\.verdicts)) == [["fail": 9, "pass": 17, "notApplicable": 12]])
        }
    }
}
