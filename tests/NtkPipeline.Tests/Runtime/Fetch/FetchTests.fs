module NtkPipeline.Tests.FetchTests

open System
open System.Diagnostics
open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Runtime
open NtkPipeline.Tests.HttpServer
open NtkPipeline.Tests.Ntk
open NtkPipeline.Tests.FetchCall

let tests =
    fetching [
        served "both files are fetched; the second time they are there" (files (ranged model))
        <| fun folder address asked ->
            let fetched, events = wantFetched folder address
            Expect.isFalse (fetched |> List.exists _.WasThere) "fetched"
            Expect.contains events (Received("model.onnx", int64 model.Length)) "progress to the end"
            let before = (asked ()).Length
            let again, _ = wantFetched folder (address + "/")
            Expect.isTrue (again |> List.forall _.WasThere) "were there"
            Expect.equal (asked ()).Length before "nothing was asked for"

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
