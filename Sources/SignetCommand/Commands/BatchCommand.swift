// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import GatewayClient
internal import NIOCore

/// `signet batch`: any number of URLs from a gateway.
struct BatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "batch",
        abstract: "Get URLs for many objects from a gateway: a key or an item a line in, a result a line out.",
        discussion: """
            Each line of FILE is a key, or an item as JSON: {"id": "7", "key": "a/b.jpg", "contentType": "image/jpeg"}.
            Results are NDJSON on standard output, in the order of the lines unless --order completion; a result's `line`
            counts one more than the line of FILE. With --urls they are the bare URLs, and failures go to standard error.
            What all items have in common is given by options, and by --defaults for all that has none. Results hold
            presigned URLs: keep them secret. Ends 1 if an item failed or the answer broke off.

              aws s3 ls --recursive s3://my-bucket | awk '{print $4}' |
                signet batch --gateway http://127.0.0.1:8080 --bucket my-bucket --region eu-central-1 > urls.ndjson
            """
    )

    @Argument(help: "A file of keys or items; -: standard input.")
    var file = "-"

    @Option(help: ArgumentHelp("The gateway.", valueName: "url"))
    var gateway = "http://127.0.0.1:8080"

    @OptionGroup var common: BatchOptions

    @Option(help: "input, or completion: as they are done.")
    var order = GatewayClient.Order.input

    @Flag(help: "Do not tell the progress.")
    var quiet = false

    func validate() throws {
        try common.validateNames()
    }

    func run() async throws {
        let input = try InputFile(readable: file)
        let items = BatchItemStream(head: try common.head(), input: input)
        let progress = BatchProgressLine(total: input.size, isQuiet: quiet)
        var output = BatchOutput(urls: common.urls)
        do {
            try await GatewayClient.run(url: gateway) { client in
                let results = try await client.batch(
                    common.cloudFront == nil ? .s3 : .cloudFront,
                    items: items,
                    order: order
                )
                for try await lines in results {
                    try output.write(lines)
                    progress.show(done: output.signed + output.failed, failed: output.failed, read: input.bytesRead)
                }
            }
        } catch let error as ItemLines.NotText {
            throw CommandError(error, in: file)
        } catch let error as GatewayClientError {
            progress.end(done: output.signed + output.failed, failed: output.failed)
            throw CommandError("\(error)")
        }
        progress.end(done: output.signed + output.failed, failed: output.failed)
        try output.finish()
    }
}

extension GatewayClient.Order: ExpressibleByArgument {}
