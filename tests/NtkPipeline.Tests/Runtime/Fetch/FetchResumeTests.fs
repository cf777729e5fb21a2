/// Servers that break off, begin anew, are busy or fall silent.
module NtkPipeline.Tests.FetchResumeTests

open System
open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Runtime
open NtkPipeline.Tests.FetchCall
open NtkPipeline.Tests.HttpServer

let private cutAt count (serve: Request -> Reply) request = { serve request with CutAt = Some count }

let tests =
    fetching [
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
    ]
