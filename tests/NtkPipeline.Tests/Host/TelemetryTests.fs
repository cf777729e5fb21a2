/// What a worker sends to a collector.
module NtkPipeline.Tests.TelemetryTests

open System
open System.IO
open System.Net
open System.Net.Sockets
open System.Text
open System.Threading
open Expecto
open NtkPipeline.Tests.Ntk
open NtkPipeline.Tests.Programs
open NtkPipeline.Tests.Workers

/// HTTP/2's frame that opens a connection, empty, and its acknowledgement: as much of a server as a client needs to send its messages.
let private settings, acknowledged =
    [| 0uy; 0uy; 0uy; 4uy; 0uy; 0uy; 0uy; 0uy; 0uy |], [| 0uy; 0uy; 0uy; 4uy; 1uy; 0uy; 0uy; 0uy; 0uy |]

/// Keeps what clients send. Texts stand in their messages as they are.
type private Collector() =
    let listener = new TcpListener(IPAddress.Loopback, 0)
    let heard = StringBuilder()

    let listen (client: TcpClient) () =
        try
            use stream = client.GetStream()
            stream.Write settings
            stream.Write acknowledged
            let buffer = Array.zeroCreate<byte> 65536
            let mutable count = stream.Read(buffer, 0, buffer.Length)

            while count > 0 do
                lock heard (fun () -> heard.Append(Encoding.Latin1.GetString(buffer, 0, count)) |> ignore)

                count <- stream.Read(buffer, 0, buffer.Length)
        with :? IOException ->
            ()

    let accept () =
        try
            while true do
                let client = listener.AcceptTcpClient()
                Thread(listen client, IsBackground = true).Start()
        with :? SocketException ->
            ()

    do
        listener.Start()
        Thread(accept, IsBackground = true).Start()

    member _.Address = $"http://127.0.0.1:%d{(listener.LocalEndpoint :?> IPEndPoint).Port}"
    member _.Heard = lock heard heard.ToString

    interface IDisposable with
        member _.Dispose() = listener.Stop()

let tests =
    testList "telemetry" [
        RedisServer.testCaseRedis
            "a worker's metrics and traces reach the collector that it is given, and name no tweet"
        <| inFolder (fun folder ->
            RedisServer.withRedis folder (fun address ->
                use collector = new Collector()

                use worker =
                    startWith [ "OTEL_METRIC_EXPORT_INTERVAL", "500"; "OTEL_BSP_SCHEDULE_DELAY", "500" ] [
                        "worker"
                        "--cluster"
                        address
                        "--name"
                        "w1"
                        "--otlp"
                        collector.Address
                        "--quiet"
                    ]

                try
                    let run = arguments folder (tweets folder 240) "shared" "out"
                    finish (start (run @ [ "--cluster"; address ])) |> ignore

                    let wanted = [
                        "ntk.stages"
                        "ntk.stage.duration"
                        "ntk.stages.running"
                        "clean-tweets"
                        "ntk.stage"
                        "ntk.worker"
                        "ntk-worker"
                    ]

                    let missing () = wanted |> List.filter (collector.Heard.Contains >> not)
                    let mutable tries = 0

                    while tries < 600 && not (missing ()).IsEmpty do
                        Thread.Sleep 200
                        tries <- tries + 1

                    Expect.equal (missing ()) [] "what the collector has not heard of"
                    Expect.isFalse (collector.Heard.Contains "http://t.co") "nothing of a text"
                finally
                    finally' [ worker ]))
    ]
