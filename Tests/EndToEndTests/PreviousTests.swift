import Testing

extension SimulatedMasters {
    @Suite(.fleet("many"))
    struct Previous {
        let fleet: LoopbackFleet

        init() throws { fleet = try LoopbackFleet.running() }

        private func sweep(_ previous: String, _ options: [String]) async throws -> ProgramEnd {
            let scratch = try Scratch()
            let report = try scratch.write(previous, to: "previous.json")
            return try await scratch.kubesweep(
                ["scan", "--inventory", fleet.inventory, "--format", "json", "--previous", report] + options)
        }

        /// One host at a time, and an end long before the last host of the last cluster would have its turn.
        @Test func `hosts that were not judged before go first`() async throws {
            let previous = """
                {"schema": "kubesweep.sweep/1", "clusters": [{"name": "fleet20", "hosts": [
                  {"name": "cp9.fleet20.example", "state": "evaluated"}, {"name": "cp10.fleet20.example", "state": "unreachable"},
                  {"name": "gone.fleet20.example", "state": "unreachable"}]}]}
                """
            let end = try await sweep(previous, ["--concurrency", "1", "--deadline-seconds", "2"])
            let states = try SweepDocument(end.stdout).clusters[19].hosts.map { [$0.name, $0.state] }
            #expect(states.contains(["cp10.fleet20.example", "evaluated"]))
            #expect(states.contains(["cp9.fleet20.example", "abandoned"]))
        }

        @Test func `a report that cannot be read stops the sweep before the first packet`() async throws {
            let end = try await sweep(#"{"schema": "kubesweep.sweep/1", "clusters": [{"name": 1}]}"#, [])
            #expect(end.status == 65)
            #expect(end.talk.hasPrefix("kubesweep: the earlier report cannot be read\n"))
            #expect(end.talk.hasSuffix("previous.json:1:55: clusters[0].name: a string is expected\n"), "\(end.talk)")
            #expect(end.output == "")
        }
    }
}
