module NtkPipeline.Tests.FetchTests

open System
open System.Diagnostics
open System.IO
open System.Net
open System.Net.Http
open Expecto
open NtkPipeline.Core
open NtkPipeline.Runtime
open NtkPipeline.Tests.HttpServer
open NtkPipeline.Tests.Ntk

let private random = Random 1

let private bytes count =
    let bytes = Array.zeroCreate<byte> count
    random.NextBytes bytes
    bytes

let private vocabulary, model = bytes 1000, bytes 300_000

let private source: ModelSource = {
    Name = "tiny"
    Address = "http://unused.invalid"
    Files = [
        {
            Places = [ "vocab.txt" ]
            Name = "vocab.txt"
            Bytes = int64 vocabulary.Length
            Sha256 = Digest.ofBytes vocabulary
        }
        {
            Places = [ "onnx/model.onnx"; "model.onnx" ]
            Name = "model.onnx"
            Bytes = int64 model.Length
            Sha256 = Digest.ofBytes model
        }
    ]
}

let private modelFile = source.Files[1]

let private patience: Patience = {
    MostFailures = 3
    EnoughProgress = 1L
    FirstPause = TimeSpan.FromMilliseconds 1.0
    LongestPause = TimeSpan.FromMilliseconds 4.0
    Silence = TimeSpan.FromMilliseconds 300.0
}

let private path folder name = Path.Combine(folder, name)
let private partOf folder = PartFile.pathOf (path folder "model.onnx") modelFile

/// Both files, the model by `serveModel`.
let private files serveModel (request: Request) =
    match request.Target with
    | "/vocab.txt" -> whole vocabulary
    | "/onnx/model.onnx" -> serveModel request
    | _ -> absent

let private fetchFrom folder address =
    let from = Expect.wantOk (FetchModel.address address) "an address"
    let events = ResizeArray<FetchEvent>()
    FetchModel.run patience events.Add source from folder, List.ofSeq events

let private wantFetched folder address =
    let outcome, events = fetchFrom folder address
    let fetched = Expect.wantOk (outcome |> Result.mapError _.Sentence) "fetched"
    Expect.equal (File.ReadAllBytes(path folder "model.onnx")) model "the model"
    Expect.equal (File.ReadAllBytes(path folder "vocab.txt")) vocabulary "the vocabulary"
    Expect.equal (Directory.GetFiles folder).Length 2 "and nothing else"
    fetched, events

/// A refusal in one sentence that holds these words; there is no model.
let private wantRefused folder address (words: string list) =
    match fetchFrom folder address with
    | Ok _, _ -> failtest $"it should be refused: %A{words}"
    | Error e, _ ->
        for word in words do
            Expect.stringContains e.Sentence word "the sentence"

        Expect.isFalse (e.Sentence.Contains '\n') "one line"
        Expect.isFalse (File.Exists(path folder "model.onnx")) "there is no model"

/// What was asked for of the model: where each request began.
let private starts (asked: Request list) =
    asked |> List.filter (fun request -> request.Target.EndsWith "model.onnx") |> List.map _.From

/// The first replies in turn, then the last for ever.
let private inTurn (replies: (Request -> Reply) list) =
    let left = ref replies

    fun (request: Request) ->
        let reply = List.head left.Value

        if not left.Value.Tail.IsEmpty then
            left.Value <- left.Value.Tail

        reply request

let private cutAt count (serve: Request -> Reply) request = { serve request with CutAt = Some count }

let private served name answer test =
    testCase name
    <| inFolder (fun folder -> serve answer (fun address asked -> test folder address asked))

let tests =
    // A machine's proxy must not come between the tests and their server.
    HttpClient.DefaultProxy <- WebProxy()

    testSequenced
    <| testList "fetch" [
        served "both files are fetched; the second time they are there" (files (ranged model))
        <| fun folder address asked ->
            let fetched, events = wantFetched folder address
            Expect.isFalse (fetched |> List.exists _.WasThere) "fetched"
            Expect.contains events (Received("model.onnx", int64 model.Length)) "progress to the end"
            let before = (asked ()).Length
            let again, _ = wantFetched folder (address + "/")
            Expect.isTrue (again |> List.forall _.WasThere) "were there"
            Expect.equal (asked ()).Length before "nothing was asked for"

        served
            "dropped connections are gone on with, from where they ended"
            (files (
                inTurn [
                    cutAt 100_000 (ranged model)
                    cutAt 0 (ranged model)
                    cutAt 50_000 (ranged model)
                    ranged model
                ]
            ))
        <| fun folder address asked ->
            let _, events = wantFetched folder address
            Expect.equal (starts (asked ())) [ None; Some 100_000; Some 100_000; Some 150_000 ] "ranges"

            Expect.equal (events |> List.filter _.IsRetrying |> List.length) 3 "and every time it is said"

        served
            "a server that ignores ranges sends the whole file again"
            (files (inTurn [ cutAt 200_000 (fun _ -> whole model); fun _ -> whole model ]))
        <| fun folder address asked ->
            wantFetched folder address |> ignore
            Expect.equal (starts (asked ())) [ None; Some 200_000 ] "a range was asked for"

        served
            "a range that cannot be had, or is another, begins the file anew"
            (files (
                inTurn [
                    cutAt 1000 (ranged model)
                    fun _ -> reply "416 Range Not Satisfiable" [ "Content-Length: 0" ] [||]
                    cutAt 2000 (ranged model)
                    fun request -> ranged model { Target = request.Target; From = Some 500 }
                    ranged model
                ]
            ))
        <| fun folder address asked ->
            wantFetched folder address |> ignore
            Expect.equal (starts (asked ())) [ None; Some 1000; None; Some 2000; None ] "anew"

        served
            "wrong bytes of the right size are refused, and nothing of them is kept"
            (files (fun _ -> whole (Array.rev model)))
        <| fun folder address _ ->
            wantRefused folder address [ address; "SHA-256"; modelFile.Sha256.Hex ]
            Expect.isFalse (File.Exists(partOf folder)) "nor a part"

        served "a file of another size is refused before it is taken" (files (fun _ -> whole model[1..]))
        <| fun folder address _ ->
            wantRefused folder address [ "299999 bytes"; "300000" ]
            Expect.isFalse (File.Exists(partOf folder)) "no part"

        served
            "without a length, too much is refused and too little is tried again"
            (files (
                inTurn [
                    fun _ -> reply "200 OK" [] model[..999]
                    fun _ -> reply "200 OK" [] (Array.append model [| 0uy |])
                ]
            ))
        <| fun folder address _ -> wantRefused folder address [ "300001 bytes" ]

        served "redirects are followed" (fun request ->
            match request.Target with
            | "/vocab.txt" -> whole vocabulary
            | "/elsewhere" -> ranged model request
            | _ -> reply "302 Found" [ "Location: /elsewhere"; "Content-Length: 0" ] [||])
        <| fun folder address _ -> wantFetched folder address |> ignore

        served "a folder that holds both files flat will do" (fun request ->
            match request.Target with
            | "/a/vocab.txt" -> whole vocabulary
            | "/a/model.onnx" -> whole model
            | _ -> absent)
        <| fun folder address _ -> wantFetched folder (address + "/a") |> ignore

        served "what is not there is named, and leaves nothing" (files (fun _ -> absent))
        <| fun folder address _ ->
            wantRefused folder address [ address; "no onnx/model.onnx nor model.onnx"; "404" ]
            Expect.isFalse (File.Exists(partOf folder)) "no empty part"

        served
            "a forbidden file is refused at once"
            (files (fun _ -> reply "403 Forbidden" [ "Content-Length: 0" ] [||]))
        <| fun folder address asked ->
            wantRefused folder address [ "403" ]
            Expect.equal (starts (asked ())) [ None ] "one request"

        served
            "a busy server is asked again, after the pause it wants"
            (files (
                inTurn [
                    fun _ -> reply "503 Service Unavailable" [ "Retry-After: 0"; "Content-Length: 0" ] [||]
                    fun _ -> reply "429 Too Many Requests" [ "Content-Length: 0" ] [||]
                    ranged model
                ]
            ))
        <| fun folder address _ ->
            let _, events = wantFetched folder address

            Expect.equal
                (events |> List.filter _.IsRetrying)
                [
                    Retrying("model.onnx", "the server answers 503", TimeSpan.Zero)
                    Retrying("model.onnx", "the server answers 429", TimeSpan.FromMilliseconds 2.0)
                ]
                "said"

        served
            "a server that is silent, and one that fails for ever, are given up; what has come is kept for the next call"
            (files (
                inTurn [
                    cutAt 1000 (ranged model)
                    fun _ -> { whole model with IsSilent = true }
                    cutAt 0 (ranged model)
                    cutAt 0 (ranged model)
                    ranged model
                ]
            ))
        <| fun folder address asked ->
            wantRefused folder address [ "4 tries"; "kept" ]
            Expect.equal (FileInfo(partOf folder).Length) 1000L "kept"
            wantFetched folder address |> ignore
            Expect.equal (List.last (starts (asked ()))) (Some 1000) "gone on with"

        served
            "a part of another file is found out by the digest, and the file fetched anew"
            (files (ranged model))
        <| fun folder address asked ->
            File.WriteAllBytes(partOf folder, Array.zeroCreate 1000)
            wantFetched folder address |> ignore
            Expect.equal (starts (asked ())) [ Some 1000; None ] "anew"
            File.Delete(path folder "model.onnx")
            File.WriteAllBytes(partOf folder, Array.zeroCreate 400_000)
            wantFetched folder address |> ignore
            File.Delete(path folder "model.onnx")
            File.WriteAllBytes(partOf folder, model)
            let before = starts (asked ())
            wantFetched folder address |> ignore
            Expect.equal (starts (asked ())) before "a whole part needs no server"

        served
            "a wrong file of the right name is replaced, and not before the right one is whole"
            (files (ranged model))
        <| fun folder address _ ->
            File.WriteAllBytes(path folder "model.onnx", Array.rev model)
            wantFetched folder address |> ignore
            Directory.CreateDirectory(path folder "onnx") |> ignore
            File.Move(path folder "model.onnx", path folder "onnx/model.onnx")
            let outcome, _ = fetchFrom folder address
            let there = Expect.wantOk (outcome |> Result.mapError _.Sentence) "there"
            Expect.isTrue there[1].WasThere "the nested place is known too"

        served "two at once do not write one part" (files (ranged model))
        <| fun folder address _ ->
            use _ = new FileStream(partOf folder, FileMode.Create, FileAccess.Write, FileShare.None)
            wantRefused folder address [ partOf folder ]

        served "no host, no server, no secure connection: a sentence each" (files (ranged model))
        <| fun folder address _ ->
            wantRefused folder "http://no-such-host.invalid" [ "no-such-host.invalid" ]
            wantRefused folder "http://127.0.0.1:1" [ "127.0.0.1:1"; "4 tries" ]
            wantRefused folder (address.Replace("http:", "https:")) [ "no secure connection to 127.0.0.1" ]

            match
                FetchModel.address "ftp://host/x",
                FetchModel.address "model",
                FetchModel.address "http://h/?a=b"
            with
            | Error _, Error _, Error _ -> ()
            | other -> failtest $"%A{other}"

        testCase "a folder that cannot be written is named"
        <| inFolder (fun folder ->
            let file = path folder "file"
            File.WriteAllText(file, "")
            serve (files (ranged model)) (fun address _ -> wantRefused (path file "inside") address [ file ]))

        testCase "the command line: a mirror's wrong file ends in 1, no address in 2"
        <| inFolder (fun folder ->
            serve (files (ranged model)) (fun address _ ->
                refused 1 [ address; "1000 bytes"; "231508" ] [
                    "fetch"
                    "model"
                    "--from"
                    address
                    "--to"
                    folder
                ]

                Expect.isEmpty (Directory.GetFiles folder) "nothing is kept"
                refused 2 [ "--from: 'here'" ] [ "fetch"; "model"; "--from"; "here" ]))

        testCase "a proxy of the environment is asked"
        <| inFolder (fun folder ->
            serve (fun _ -> whole vocabulary) (fun address asked ->
                let info =
                    ProcessStartInfo(
                        "dotnet",
                        [ Path.Combine(AppContext.BaseDirectory, "ntk.dll") ]
                        @ [ "fetch"; "model"; "--from"; "http://model.invalid/m"; "--to"; folder ],
                        RedirectStandardError = true
                    )

                for name in [ "NO_PROXY"; "no_proxy"; "HTTP_PROXY" ] do
                    info.Environment.Remove name |> ignore

                info.Environment["http_proxy"] <- address
                use started = nonNull (Process.Start info)
                let said = started.StandardError.ReadToEnd()
                started.WaitForExit()
                Expect.equal started.ExitCode 1 said
                Expect.stringContains said "1000 bytes" "the proxy's answer was judged"

                Expect.equal
                    (asked () |> List.map _.Target)
                    [ "http://model.invalid/m/vocab.txt" ]
                    "and it was asked"))
    ]
