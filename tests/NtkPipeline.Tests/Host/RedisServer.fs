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

/// A Redis that may be killed, and started again with what it had written down.
type Redis = { Address: string; Kill: unit -> unit; Start: unit -> unit }

/// Runs something with a Redis of this folder.
let withRestartable (folder: string) (work: Redis -> unit) =
    let port = freePort ()
    let data = Directory.CreateDirectory(Path.Combine(folder, "redis")).FullName

    let arguments = [
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
    ]

    let mutable running: Process list = []

    let kill () =
        for server in running do
            server.Kill()
            server.WaitForExit()
            server.Dispose()

        running <- []

    let start () =
        let info = ProcessStartInfo("redis-server", arguments, RedirectStandardOutput = true)
        let server = Expect.wantSome (Option.ofObj (Process.Start info)) "it starts"
        running <- [ server ]
        let said = server.StandardOutput.ReadToEndAsync()
        let waited = Stopwatch.StartNew()

        while not (answers port) do
            if server.HasExited || waited.Elapsed > TimeSpan.FromMinutes 1.0 then
                failtest $"redis-server does not answer: %s{said.Result}"

            Threading.Thread.Sleep 50

    try
        start ()

        work { Address = $"redis://:secret@127.0.0.1:%d{port}"; Kill = kill; Start = start }
    finally
        kill ()

/// Runs something with a Redis and its address.
let withRedis (folder: string) (work: string -> unit) =
    withRestartable folder (fun redis -> work redis.Address)
