/// A Redis of one test's own, on loopback.
module NtkPipeline.Tests.RedisServer

open System
open System.Diagnostics
open System.IO
open System.Net
open System.Net.Sockets
open Expecto

/// Debian's package redis-server brings it; .ci/run installs it where it may.
let isHere =
    (nonNull (Environment.GetEnvironmentVariable "PATH")).Split Path.PathSeparator
    |> Array.exists (fun folder -> File.Exists(Path.Combine(folder, "redis-server")))

/// A test that needs Redis: by name ignored where there is none.
let testCaseRedis name test =
    if isHere then
        testCase name test
    else
        ptestCase $"%s{name} (redis-server is not installed)" test

let private freePort () =
    use listener = new TcpListener(IPAddress.Loopback, 0)
    listener.Start()
    (listener.LocalEndpoint :?> IPEndPoint).Port

let private answers (port: int) =
    try
        use client = new TcpClient("127.0.0.1", port)
        client.Connected
    with :? SocketException ->
        false

/// Runs something with a Redis and its address.
let withRedis (folder: string) (work: string -> unit) =
    let port = freePort ()
    let data = Directory.CreateDirectory(Path.Combine(folder, "redis")).FullName

    let info =
        ProcessStartInfo(
            "redis-server",
            [
                "--bind"
                "127.0.0.1"
                "--port"
                string port
                "--dir"
                data
                "--save"
                ""
                "--appendonly"
                "yes"
                "--requirepass"
                "secret"
            ],
            RedirectStandardOutput = true
        )

    use server = Expect.wantSome (Option.ofObj (Process.Start info)) "it starts"
    let said = server.StandardOutput.ReadToEndAsync()

    try
        let waited = Stopwatch.StartNew()

        while not (answers port) do
            if server.HasExited || waited.Elapsed > TimeSpan.FromMinutes 1.0 then
                failtest $"redis-server does not answer: %s{said.Result}"

            Threading.Thread.Sleep 50

        work $"redis://:secret@127.0.0.1:%d{port}"
    finally
        server.Kill()
        server.WaitForExit()
