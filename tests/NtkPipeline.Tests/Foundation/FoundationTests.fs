module NtkPipeline.Tests.FoundationTests

open System
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.Matrices
open NtkPipeline.Tests.SampleSettings

let private random = Matrices.random 7

let tests =
    testList "foundation" [
        testCase
            "artifacts put together name their parts in the order given, and the first refusal is the outcome"
        <| fun () ->
            let artifact name value = Artifact.create name (Digest.ofParts [ name ]) (lazy value)

            let one, two, three = artifact "a" (Ok 1), artifact "b" (Ok 2), artifact "c" (Ok 3)
            let joined = Artifact.map3 (fun a b c -> [ a; b; c ]) one two three
            Expect.equal (joined.Parts |> List.map fst) [ "a"; "b"; "c" ] "as nested pairs have it"

            Expect.equal
                joined.Parts
                (Artifact.both (Artifact.both one two) three).Parts
                "so that no key moves"

            Expect.equal (joined.Value.Force()) (Ok [ 1; 2; 3 ]) "the value"
            let refused name = artifact name (Error(DataRefused name))
            let all = Artifact.map4 (fun a b c d -> a + b + c + d) one (refused "x") three (refused "y")
            Expect.equal (all.Value.Force()) (Error(DataRefused "x")) "the first"

        testList "Fingerprint" [
            testCase "every field of a nested record is in it"
            <| fun () ->
                Expect.equal
                    (Fingerprint.describe settings)
                    "{Rate=0.1; Names=[\"a\", \"b\\\"\"]; Inner={Numbers=[1, 2]; Label=\"x\"}; Choice=Error(\"no\"); Missing=none}"
                    "names and values"

            testCase "a function in a setting is refused"
            <| fun () ->
                Expect.throwsT<ArgumentException>
                    (fun () -> Fingerprint.describe (fun x -> x + 1) |> ignore)
                    "no shape"
        ]

        testList "Digest" [
            testCase "SHA-256 of nothing"
            <| fun () ->
                Expect.equal
                    (Digest.ofBytes [||]).Hex
                    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
                    "the standard's value"

            testCase "numbers are hashed part by part as if at once"
            <| fun () ->
                for count in [ 0; 1; 65536; 150001 ] do
                    let values = Array.init count (fun i -> sin (float i))
                    let bytes = values |> Array.collect (fun (x: float) -> BitConverter.GetBytes x)
                    Expect.equal (Digest.ofFloats values) (Digest.ofBytes bytes) $"%d{count} numbers"

            testProperty "lists that differ in their cuts differ"
            <| fun (a: char[]) (b: char[]) ->
                let a, b = String a, String b
                Digest.ofParts [ a + b ] <> Digest.ofParts [ a; b ]
        ]

        testCase "a seed's child depends on its parent and name, and tells names apart"
        <| fun () ->
            let root = Seed.root 1UL
            Expect.equal (Seed.derive "a" root) (Seed.derive "a" root) "same"
            Expect.notEqual (Seed.derive "a" root) (Seed.derive "b" root) "another name"
            Expect.notEqual (Seed.derive "a" root) (Seed.derive "a" (Seed.root 2UL)) "another parent"

        testCase "tensors carry a matrix there and back, and cuda is refused where there is none"
        <| fun () ->
            let m = random 3 4
            use t = Tensors.ofMatrix64 m
            Expect.equal (bits (Tensors.toMatrix64 t)) (bits m) "the same entries"
            use turned = t.t ()
            Expect.equal ((Tensors.toMatrix64 turned)[3, 1]) (m[1, 3]) "also of a view"
            Expect.equal (Device.parse "cuda:1") (Ok(Device.Cuda 1)) "selectable"
            Expect.isError (Device.parse "gpu") "unknown"

            if not (TorchSharp.torch.cuda.is_available ()) then
                match Device.resolve (Device.Cuda 0) with
                | Error e -> Expect.stringContains e.Sentence "cuda:0" "it says which"
                | Ok _ -> failtest "there is no CUDA here"
    ]
