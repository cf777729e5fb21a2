/// A server of a few lines that can do what real ones do on bad days.
module NtkPipeline.Tests.HttpServer

open System
open System.Collections.Concurrent
open System.IO
open System.Net
open System.Net.Sockets
open System.Text
open System.Threading

type Request = {
    /// As it stands in the request's first line.
    Target: string
    /// The first byte that is asked for, if a range is.
    From: int option
}

type Reply = {
    Status: string
    Headers: string list
    Body: byte[]
    /// The connection ends after so many bytes of the body.
    CutAt: int option
    /// Nothing is ever said.
    IsSilent: bool
}

let reply status headers body = {
    Status = status
    Headers = headers
    Body = body
    CutAt = None
    IsSilent = false
}

let length (body: byte[]) = $"Content-Length: %d{body.Length}"

/// The whole file.
let whole (file: byte[]) = reply "200 OK" [ length file ] file

/// What a range asks for, or the whole file.
let ranged (file: byte[]) (request: Request) =
    match request.From with
    | None -> whole file
    | Some from ->
        let rest = file[from..]
        let range = $"Content-Range: bytes %d{from}-%d{file.Length - 1}/%d{file.Length}"
        reply "206 Partial Content" [ length rest; range ] rest

let absent = reply "404 Not Found" [ "Content-Length: 0" ] [||]

let private read (stream: NetworkStream) : Request option =
    use reader = new StreamReader(stream, Encoding.ASCII, leaveOpen = true)

    let rec lines found =
        match reader.ReadLine() with
        | null
        | "" -> List.rev found
        | line -> lines (line :: found)

    match lines [] with
    | first :: headers ->
        let from =
            headers
            |> List.tryFind _.StartsWith("Range: bytes=", StringComparison.OrdinalIgnoreCase)
            |> Option.map (fun header -> int (header.Substring("Range: bytes=".Length).TrimEnd '-'))

        Some { Target = first.Split(' ')[1]; From = from }
    | [] -> None

let private write (stream: NetworkStream) (reply: Reply) =
    let head =
        String.Join("\r\n", $"HTTP/1.1 %s{reply.Status}" :: reply.Headers @ [ "Connection: close"; ""; "" ])

    stream.Write(Encoding.ASCII.GetBytes head)
    stream.Write(reply.Body, 0, defaultArg reply.CutAt reply.Body.Length)

/// A client that speaks TLS begins with this byte.
let private handshake = 0x16uy

let private speak (answer: Request -> Reply) (asked: ConcurrentQueue<Request>) (client: TcpClient) =
    use client = client
    use stream = client.GetStream()
    let first = Array.zeroCreate<byte> 1

    try
        if client.Client.Receive(first, SocketFlags.Peek) = 1 && first[0] = handshake then
            write stream (reply "400 Bad Request" [] [||])
        else
            match read stream with
            | Some request ->
                asked.Enqueue request
                let reply = answer request

                if reply.IsSilent then Thread.Sleep 30_000 else write stream reply
            | None -> ()
    with
    | :? IOException
    | :? SocketException -> ()

/// Serves while the test runs; the test gets the address, and what was asked so far.
let serve (answer: Request -> Reply) (test: string -> (unit -> Request list) -> unit) =
    use listener = new TcpListener(IPAddress.Loopback, 0)
    listener.Start()
    let asked = ConcurrentQueue<Request>()

    let rec accept () =
        match
            (try
                Some(listener.AcceptTcpClient())
             with
             | :? SocketException
             | :? InvalidOperationException -> None)
        with
        | Some client ->
            Thread((fun () -> speak answer asked client), IsBackground = true).Start()
            accept ()
        | None -> ()

    Thread(accept, IsBackground = true).Start()
    test $"http://127.0.0.1:%d{(listener.LocalEndpoint :?> IPEndPoint).Port}" (fun () -> List.ofSeq asked)
    listener.Stop()
