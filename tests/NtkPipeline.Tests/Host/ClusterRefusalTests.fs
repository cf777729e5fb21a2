/// What is refused before any worker is asked.
module NtkPipeline.Tests.ClusterRefusalTests

open System
open System.IO
open Expecto
open NtkPipeline.Tests.Ntk

let tests =
    testList "what is refused before anything starts" [
        testCase "addresses, addresses of all machines, and machines without a certificate"
        <| fun () ->
            [ "run"; "--cluster"; "mysql://head" ] |> refused 2 [ "--cluster"; "redis://"; "tcp://" ]
            [ "run"; "--cluster"; "redis://h"; "--workers"; "2" ] |> refused 2 [ "--workers" ]
            [ "run"; "--workers"; "0" ] |> refused 2 [ "--workers: between 1" ]
            [ "run"; "--certificate"; "c.pem" ] |> refused 2 [ "--certificate" ]
            [ "worker" ] |> refused 2 [ "--cluster" ]
            [ "worker"; "--cluster"; "tcp://127.0.0.1:1" ] |> refused 2 [ "redis://" ]
            [ "worker"; "--cluster"; "redis://h"; "--ip"; "0.0.0.0" ] |> refused 2 [ "--ip" ]

            [ "worker"; "--cluster"; "redis://h"; "--ip"; "10.0.0.7" ]
            |> refused 2 [ "--certificate"; "--insecure" ]

            let wrong = call [ "run"; "--cluster"; "redis://:hush@/x" ]
            Expect.equal wrong.Code 2 wrong.Error
            Expect.isFalse (wrong.Error.Contains "hush") "a password is not repeated"

        testCase "a certificate is its owner's to read, and is not written over"
        <| inFolder (fun folder ->
            let path = Path.Combine(folder, "cluster.pem")
            [ "cluster"; "cert"; "--out"; path ] |> wantDone |> ignore

            if not (OperatingSystem.IsWindows()) then
                Expect.equal
                    (File.GetUnixFileMode path)
                    (UnixFileMode.UserRead ||| UnixFileMode.UserWrite)
                    "0600"

            [ "cluster"; "cert"; "--out"; path ] |> refused 1 [ path; "already" ])
    ]
