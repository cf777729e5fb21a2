/// Files, servers, folders and command lines that are refused.
module NtkPipeline.Tests.FetchRefusalTests

open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Runtime
open NtkPipeline.Tests.HttpServer
open NtkPipeline.Tests.Ntk
open NtkPipeline.Tests.FetchCall

let tests =
    fetching [
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
    ]
