import Hardening
import ProcessTable
import Testing

@Suite struct FlagOutlierTests {
    /// A cluster whose masters run an API server with these flags.
    private func cluster(_ name: String, _ flags: String..., env: String? = "prod") throws -> ClusterRecord {
        let hosts = try flags.enumerated().map { index, flags in
            HostRecord(name: "cp\(index + 1)", address: "a", state: .evaluated, processes: [try record(flags)])
        }
        return ClusterRecord(name: name, labels: env.map { ["env": $0] } ?? [:], hosts: hosts, policy: .none)
    }

    private func outliers(_ clusters: [ClusterRecord], _ rule: FlagOutlier.Rule = .init()) -> [String] {
        FlagOutlier.all(in: clusters, by: rule).map { outlier in
            let places = outlier.places.map { "\($0.cluster)/\($0.host)" }.joined(separator: ",")
            return "\(outlier.environment) \(outlier.flag)=\(outlier.value ?? "-") on \(places), usual "
                + "\(outlier.usual ?? "-") \(outlier.usualClusters)/\(outlier.clusters)"
        }
    }

    @Test func `tells the one that is not like the others, for a flag that no check looks at`() throws {
        var clusters = try (1...6).map { try cluster("c\($0)", "--v=2 --service-cluster-ip-range=10.\($0).0.0/16") }
        clusters.append(try cluster("odd", "--v=9 --service-cluster-ip-range=10.9.0.0/16"))
        clusters.append(try cluster("bare", "--service-cluster-ip-range=10.8.0.0/16", env: "stage"))
        #expect(outliers(clusters) == ["prod v=9 on odd/cp1, usual 2 6/7"])
    }

    @Test func `a flag that is not set is a value`() throws {
        var clusters = try (1...9).map { try cluster("c\($0)", "--v=2 --profiling=false") }
        clusters.append(try cluster("odd", "--v=2"))
        #expect(outliers(clusters) == ["prod profiling=- on odd/cp1, usual false 9/10"])
    }

    @Test func `few clusters have nothing usual`() throws {
        let clusters = try [cluster("a", "--v=2"), cluster("b", "--v=2"), cluster("c", "--v=2"), cluster("d", "--v=9")]
        #expect(outliers(clusters) == [])
        var rule = FlagOutlier.Rule()
        rule.fewestClusters = 4
        rule.usualPercent = 75
        #expect(outliers(clusters, rule) == ["prod v=9 on d/cp1, usual 2 3/4"])
    }

    @Test func `a host that disagrees with its cluster is an outlier of the fleet too`() throws {
        var clusters = try (1...5).map { try cluster("c\($0)", "--v=2", "--v=2") }
        clusters.append(try cluster("split", "--v=2", "--v=7"))
        #expect(outliers(clusters) == ["prod v=7 on split/cp2, usual 2 6/6"])
    }

    @Test func `flags that differ from host to host are left out`() throws {
        var clusters = try (1...6).map { try cluster("c\($0)", "--advertise-address=10.0.0.1 --v=2") }
        clusters.append(try cluster("odd", "--advertise-address=10.0.0.9 --v=2"))
        #expect(outliers(clusters) == [])
    }

    @Test func `the label of the environments is the usual one that the clusters have`() throws {
        func clusters(_ labels: [String: String]...) throws -> [ClusterRecord] {
            try labels.flatMap { labels in
                try (1...6).map { number in
                    let host = HostRecord(
                        name: "cp1", address: "a", state: .evaluated,
                        processes: [try record("--v=\(labels.values.contains("prod") && number == 1 ? 9 : 2)")])
                    return ClusterRecord(name: "c\(number)", labels: labels, hosts: [host], policy: .none)
                }
            }
        }
        #expect(
            outliers(try clusters(["environment": "prod"], ["environment": "x"])) == ["prod v=9 on c1/cp1, usual 2 5/6"]
        )
        #expect(outliers(try clusters(["env": "prod"], ["env": "x"])) == ["prod v=9 on c1/cp1, usual 2 5/6"])
        #expect(
            outliers(try clusters(["environment": "prod", "env": "y"], [:])) == ["prod v=9 on c1/cp1, usual 2 5/6"])
        var rule = FlagOutlier.Rule()
        rule.label = "env"
        #expect(
            outliers(try clusters(["environment": "prod", "env": "y"], [:]), rule) == ["y v=9 on c1/cp1, usual 2 5/6"])
    }

    @Test func `clusters without the label are an environment of their own`() throws {
        var clusters = try (1...6).map { try cluster("c\($0)", "--v=2", env: nil) }
        clusters.append(try cluster("odd", "--v=9", env: nil))
        clusters.append(try cluster("other", "--v=9"))
        #expect(outliers(clusters) == [" v=9 on odd/cp1, usual 2 6/7"])
    }
}

@Suite struct DriftCourseTests {
    /// The sweep's cluster with these values of --v on cp1, cp2, …; nil is a host that was not seen.
    private func cluster(_ values: [Int?]) throws -> ClusterRecord {
        ClusterRecord(
            name: "prod",
            hosts: try values.enumerated().map { index, value in
                guard let value else { return HostRecord(name: "cp\(index + 1)", address: "a", state: .unreachable) }
                return HostRecord(
                    name: "cp\(index + 1)", address: "a", state: .evaluated, processes: [try record("--v=\(value)")])
            }, policy: .none)
    }

    @Test(
        arguments: [
            // (this sweep, those before with the latest first, what it is)
            ([1, 2, 2], [], "new since 9 in 1"),
            ([1, 2, 2], [[2, 2, 2]], "new since 9 in 1"),
            ([1, 2, 2], [[1, 2, 2], [2, 2, 2]], "lasting since 8 in 2"),
            ([1, 1, 2], [[1, 2, 2], [2, 2, 2]], "rolling since 8 in 2"),
            ([1, 2, 2], [[1, 1, 2], [1, 2, 2], [2, 2, 2]], "unsteady since 7 in 3"),
            ([1, 2, 2], [[nil, 2, 2], [1, 2, 2], [2, 2, 2]], "lasting since 7 in 2"),
            ([1, 2, 2], [[1, 2, 2], [1, 2, 2]], "lasting since before 7 in 3"),
        ] as [([Int?], [[Int?]], String)])
    func `is told from the sweeps before`(now: [Int?], before: [[Int?]], expected: String) throws {
        let past = try before.enumerated().map { index, values in ("\(8 - index)", Optional(try cluster(values))) }
        let courses = DriftCourse.courses(of: try cluster(now), at: "9", past: past)
        #expect(
            courses.map { "\($0.kind.rawValue) since \($0.isOlder ? "before " : "")\($0.since) in \($0.sweeps)" }
                == [expected])
    }

    @Test func `a night on which a row was cut says nothing`() throws {
        let now = try cluster([1, 2, 2])
        let cut = ClusterRecord(
            name: "prod",
            hosts: now.hosts.map { host in
                var host = host
                if host.name == "cp1" { host.processes[0].flags = nil }
                return host
            }, policy: .none)
        #expect(cut.drift == [])
        let past: [(started: String, cluster: ClusterRecord?)] = [
            ("8", cut), ("7", now), ("6", try cluster([2, 2, 2])),
        ]
        let courses = DriftCourse.courses(of: now, at: "9", past: past)
        #expect(courses.map { "\($0.kind.rawValue) since \($0.since) in \($0.sweeps)" } == ["lasting since 7 in 2"])
    }

    @Test func `no drift has no course`() throws {
        #expect(DriftCourse.courses(of: try cluster([1, 1]), at: "9", past: []) == [])
    }
}
