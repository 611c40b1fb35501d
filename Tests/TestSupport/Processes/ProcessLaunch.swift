// SPDX-License-Identifier: Apache-2.0

import Foundation

/// What `posix_spawn` is told: a process in a group of its own, with the given input and two pipes to read from.
struct ProcessLaunch: Sendable {
    struct Started {
        let processID: Int32
        let stdout: Int32
        let stderr: Int32
    }

    /// The path of the program, then its arguments.
    let arguments: [String]
    let environment: [String: String]
    let input: Data

    #if !canImport(Darwin)
    private typealias CloseFrom = @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32

    /// Not every library closes on exec what it has open here, nor does a pipe from the first moment. In a child, a broker's
    /// port would be the child's as well, and its connections would stay open when the broker closes them. The header shows
    /// this function (glibc 2.34) to those alone who ask for GNU's extensions.
    private static let closeFrom = dlsym(nil, "posix_spawn_file_actions_addclosefrom_np")
        .map { unsafeBitCast($0, to: CloseFrom.self) }
    #endif

    func start() throws -> Started {
        let input = try inputDescriptor()
        defer { close(input) }
        let stdout = try pipeDescriptors()
        defer { close(stdout.writing) }
        let stderr = try pipeDescriptors()
        defer { close(stderr.writing) }

        let processID: Int32
        do {
            processID = try spawn(stdin: input, stdout: stdout.writing, stderr: stderr.writing)
        } catch {
            close(stdout.reading)
            close(stderr.reading)
            throw error
        }
        return Started(processID: processID, stdout: stdout.reading, stderr: stderr.reading)
    }

    private func spawn(stdin: Int32, stdout: Int32, stderr: Int32) throws -> Int32 {
        #if canImport(Darwin)
        var actions: posix_spawn_file_actions_t?
        var attributes: posix_spawnattr_t?
        #else
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        #endif
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, stdin, 0)
        posix_spawn_file_actions_adddup2(&actions, stdout, 1)
        posix_spawn_file_actions_adddup2(&actions, stderr, 2)
        #if !canImport(Darwin)
        guard let closeFrom = Self.closeFrom else {
            throw TestSupportError("\(arguments[0]) would inherit all descriptors: glibc is older than 2.34")
        }
        _ = closeFrom(&actions, 3)
        #endif

        // Signals mean to the child what they mean to a program started from a shell.
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var blocked = sigset_t()
        sigemptyset(&blocked)
        posix_spawnattr_setsigmask(&attributes, &blocked)
        var defaults = sigset_t()
        sigemptyset(&defaults)
        for signal in [SIGPIPE, SIGTERM, SIGINT, SIGHUP] {
            sigaddset(&defaults, signal)
        }
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        posix_spawnattr_setpgroup(&attributes, 0)
        var flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK
        #if canImport(Darwin)
        flags |= POSIX_SPAWN_CLOEXEC_DEFAULT
        #endif
        posix_spawnattr_setflags(&attributes, Int16(flags))

        let argv = arguments.map { strdup($0) } + [nil]
        let envp = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer {
            for string in argv + envp {
                free(string)
            }
        }
        var processID: pid_t = 0
        let code = posix_spawn(&processID, arguments[0], &actions, &attributes, argv, envp)
        guard code == 0 else {
            throw TestSupportError("\(arguments[0]) could not be started: \(String(cString: strerror(code)))")
        }
        return processID
    }

    /// A file without a name that holds the input: unlike a pipe it needs nobody to write while the child reads.
    private func inputDescriptor() throws -> Int32 {
        guard !input.isEmpty else { return try checked(open("/dev/null", O_RDONLY | O_CLOEXEC), "open /dev/null") }
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("signet-input-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: url) }
        try input.write(to: url)
        return try checked(open(url.path, O_RDONLY | O_CLOEXEC), "open the input of a process")
    }

    private func pipeDescriptors() throws -> (reading: Int32, writing: Int32) {
        var ends: [Int32] = [-1, -1]
        _ = try checked(pipe(&ends), "make a pipe")
        for end in ends {
            _ = try checked(fcntl(end, F_SETFD, FD_CLOEXEC), "make a pipe")
        }
        return (ends[0], ends[1])
    }

    private func checked(_ result: Int32, _ action: String) throws -> Int32 {
        guard result >= 0 else { throw TestSupportError("cannot \(action): \(String(cString: strerror(errno)))") }
        return result
    }
}
