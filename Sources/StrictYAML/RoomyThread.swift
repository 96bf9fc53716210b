import Glibc

/// Runs `work` on a thread of its own and waits for its end. Yams calls itself once a level, libyaml lets a text
/// nest 1,000 levels deep, and a thread may have as little as 2 MiB of stack, which that overruns.
///
/// Returns 0, or pthread_create's error number when `work` was not run.
func onRoomyThread(stackBytes: Int = 32 << 20, _ work: @escaping () -> Void) -> Int32 {
    let errand = Errand(work)
    return withExtendedLifetime(errand) {
        let attributes = UnsafeMutablePointer<pthread_attr_t>.allocate(capacity: 1)
        defer { attributes.deallocate() }
        pthread_attr_init(attributes)
        defer { pthread_attr_destroy(attributes) }
        pthread_attr_setstacksize(attributes, stackBytes)
        var thread = pthread_t()
        let code = pthread_create(
            &thread, attributes,
            { errand in
                errand.map { Unmanaged<Errand>.fromOpaque($0).takeUnretainedValue().work() }
                return nil
            }, Unmanaged.passUnretained(errand).toOpaque())
        if code == 0 { pthread_join(thread, nil) }
        return code
    }
}

private final class Errand {
    let work: () -> Void

    init(_ work: @escaping () -> Void) { self.work = work }
}
