import Hardening
import Testing

/// Columns of releases between which some check's answer changes.
private let columns = [
    5...6, 7...7, 8...9, 10...11, 12...13, 14...18, 19...19, 20...20, 21...21, 22...23, 24...24, 25...26, 27...27,
    28...29, 30...35, 36...36,
]

/// A check over all releases for one line: a letter a column, by `letter(_:)`.
struct MatrixRow: Sendable, CustomTestStringConvertible {
    var check: String
    var letters: String
    var flags: String

    var testDescription: String {
        let item = (try? builtInPolicy.get())?.checks.first { $0.id == "apiserver-" + check }?.item
        return "item \(item.map(String.init) ?? "?") \(check) with \(flags)"
    }

    init(_ line: Substring) {
        let halves = line.split(separator: "|", maxSplits: 1, omittingEmptySubsequences: false)
        let words = halves[0].split(separator: " ")
        check = String(words[0])
        letters = words.dropFirst().joined()
        flags = halves.count > 1 ? String(halves[1].trimmingPrefix(" ")) : ""
    }
}

private func letter(_ verdict: Verdict) -> Character {
    switch verdict {
    case .pass: "p"
    case .fail: "f"
    case .unknown: "u"
    case .notApplicable: "n"
    }
}

struct VersionMatrixTests {
    /// Column by column, from 1.5 to 1.36: the answer to a line without the flag, then to lines whose flag still stands
    /// there once it has no effect. A flag that the release does not know proves another release, so it is not asked.
    @Test(
        arguments: """
            anonymous-auth                 f f f f f f f f f f f f f f f f| --authorization-mode=RBAC
            basic-auth-file                p p p p p p n n n n n n n n n n
            insecure-allow-any-token       p p n n n n n n n n n n n n n n
            kubelet-https                  p p p p p p p p p n n n n n n n
            kubelet-https                  f f f f f f p p p . . . . . . .| --kubelet-https=false
            insecure-bind-address          p p p p p p p p p p n n n n n n
            insecure-bind-address          f f f f f f f p p p . . . . . .| --insecure-bind-address=0.0.0.0
            insecure-port                  f f f f f f f p p p n n n n n n
            insecure-port                  p p p p p p p p p p . . . . . .| --insecure-port=0
            secure-port                    p p p p p p p p p p p p p p p p
            secure-port                    f f f . . . . . . . . . . . . .| --secure-port=0
            profiling                      f f f f f f f f f f f f f f f f
            repair-malformed-updates       f f f f f n n n n n n n n n n n
            admission-always-admit         f f f p p p p p p p p p p p p p
            admission-always-pull-images   f f f f f f f f f f f f f f f f
            admission-security-context-deny f f f f f f f f f f f u n n n n
            admission-security-context-deny . . . p p p p p p p p p n n . .| --enable-admission-plugins=SecurityContextDeny
            admission-namespace-lifecycle  f f f p p p p p p p p p p p p p
            admission-namespace-lifecycle  p p p p p p p p p p p p p p p p| --admission-control=NamespaceLifecycle
            audit-log-path                 f f f f f f f f f f f f f f f f
            audit-log-maxage               n n n n n n n n n n n n n n n n
            audit-log-maxage               p p p p p p p p p p p p p p p p| --audit-log-path=/a
            audit-log-maxbackup            p p p p p p p p p p p p p p p p| --audit-log-path=/a
            audit-log-maxsize              p p p p p p p p p p p p p p p p| --audit-log-path=/a
            audit-log-maxsize              p p p p p p p p p p p p p p p f| --audit-log-path=/a --audit-log-maxsize=0
            authorization-always-allow     f f f f f f f f f f f f f f f f
            token-auth-file                p p p p p p p p p p p p p p p p
            kubelet-certificate-authority  f f f f f f f f f f f f f f f f
            kubelet-client-certificate     f f f f f f f f f f f f f f f f
            service-account-lookup         f p p p p p p p p p p p p p p p
            admission-pod-security-policy  f f f f f f f f f f f n n n n n
            admission-pod-security-policy  . . . p p p p p p p p . . . . .| --enable-admission-plugins=PodSecurityPolicy
            service-account-key-file       f f f f f f f f f f f f f f f f
            etcd-client-certificate        f f f f f f f f f f f f f f f f
            admission-service-account      f f f p p p p p p p p p p p p p
            tls-serving-certificate        f f f f f f f f f f f f f f f f
            client-ca-file                 f f f f f f f f f f f f f f f f
            etcd-cafile                    f f f f f f f f f f f f f f f f
            tls-cipher-suites              n n n f f f f f f f f f f f f f
            authorization-node             f f f f f f f f f f f f f f f f
            admission-node-restriction     f f f f f f f f f f f f f f f f
            encryption-provider-config     n f f f f f f f f f f f f f f f
            encryption-provider-config     . p p p p p p p p p . . . . . .| --experimental-encryption-provider-config=/e
            encryption-provider-kind       n f f f f f f f f f f f f f f f
            encryption-provider-kind       . u u u u u u u u u . . . . . .| --experimental-encryption-provider-config=/e
            admission-event-rate-limit     f f f f f f f f f f f f f f f f
            advanced-auditing              n f p p p p p p p p p p n n n n
            advanced-auditing              . f f f f f f f f f f f . . . .| --feature-gates=AdvancedAuditing=false
            request-timeout                p p p p p p p p p p p p p p p p
            authorization-rbac             f f f f f f f f f f f f f f f f
            """.split(separator: "\n").map(MatrixRow.init))
    func `answers for every release`(row: MatrixRow) throws {
        #expect(row.letters.count == columns.count)
        for (column, expected) in zip(columns, row.letters) where expected != "." {
            for minor in column {
                let release = Release(minor: minor)
                let record = try record(row.flags, claimed: release)
                #expect(record.releases == ReleaseRange(release, release))
                #expect(letter(try record.finding(row.check).verdict) == expected, "\(release)")
            }
        }
    }

    @Test func `the matrix has every check`() throws {
        #expect(columns.first?.lowerBound == 5 && columns.last?.upperBound == 36)
        for (one, next) in zip(columns, columns.dropFirst()) { #expect(one.upperBound + 1 == next.lowerBound) }
    }
}
