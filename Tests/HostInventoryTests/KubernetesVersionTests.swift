import HostInventory
import Testing

struct KubernetesVersionTests {
    @Test(arguments: [
        ("1.31", 1, 31, nil), ("v1.31.4", 1, 31, "4"), ("1.31.4+k3s1", 1, 31, "4+k3s1"),
        ("v1.27.3-gke.100", 1, 27, "3-gke.100"), ("1.30", 1, 30, nil), ("1.0.0-alpha.1", 1, 0, "0-alpha.1"),
    ])
    func `reads versions as clusters print them`(text: String, major: Int, minor: Int, patch: String?) throws {
        let version = try #require(KubernetesVersion(text))
        #expect([version.major, version.minor] == [major, minor])
        #expect(version.patch == patch)
        #expect(version.description == "\(major).\(minor)")
    }

    @Test(arguments: [
        "", "v", "1", "1.", ".31", "1.31.", "1.x", "1.031", "1.99999", "V1.31", "1.31.4-", "1.31.4 ", "1.31.4k3s",
        "1,31",
        "1.31.4.5", "-1.31", "1.31.4+\u{1B}[m", "١.٣١",
    ])
    func `refuses anything else`(text: String) {
        #expect(KubernetesVersion(text) == nil)
    }

    @Test func `orders by minor as a number and ignores the patch`() {
        #expect(KubernetesVersion(major: 1, minor: 9) < KubernetesVersion(major: 1, minor: 10))
        #expect(KubernetesVersion("1.31.4") == KubernetesVersion("v1.31.0-rc.1"))
        #expect(KubernetesVersion("1.31.4")?.hashValue == KubernetesVersion("1.31")?.hashValue)
    }
}
