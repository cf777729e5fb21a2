/// Readers under generated inputs: some hundreds each here, NTK_TORTURE of them on demand (`dotnet fsi build.fsx torture`).
module NtkPipeline.Tests.ReaderTests

open System
open Expecto
open NtkPipeline.Tests.Reader

let private shown (bytes: byte[]) =
    let part = bytes[.. min 1500 (bytes.Length - 1)]
    let more = if part.Length < bytes.Length then $" … of %d{bytes.Length} bytes" else ""
    Convert.ToHexString part + more

let private readers = ArrayReaders.all @ StateReaders.all @ TextReaders.all @ ModelReaders.all

let tests =
    testList "readers" [
        testCase "readers have different names, and read what is valid"
        <| fun () ->
            let names = readers |> List.map _.Name
            Expect.equal (List.distinct names) names "each with inputs of its own"

            for reader in readers do
                Expect.exists reader.Grain.Seeds (fun seed -> (reader.Read seed).IsNone) reader.Name

        test "the fuzzer is given the readers of binary files, under names that are folders' too" {
            let names = Fuzz.readers |> List.map _.Name

            for name in
                [
                    ".npy"
                    ".npz of arrays"
                    "network weights"
                    "solve checkpoint"
                    "ONNX graph"
                    "TorchScript archive"
                ] do
                Expect.contains names name "binary"

            for name in [ "network"; "settings"; "run record"; "tweets" ] do
                Expect.isFalse (List.contains name names) $"%s{name} is text"
        }

        testCase "inputs of one number are the same bytes, and of different numbers others"
        <| fun () ->
            let grain = readers.Head.Grain
            Expect.equal (Mutation.input "a" grain 7) (Mutation.input "a" grain 7) "the same"
            let inputs = [ for number in 0..99 -> Mutation.input "a" grain number ]
            Expect.isGreaterThan (List.distinct inputs).Length 80 "others"

        testCase
            "a reader that raises, or takes too much memory, or refuses without words or with too many, is found"
        <| fun () ->
            let wrong read = attack 50 (create "wrong" [ "seed"B ] [] read) |> fst
            Expect.isSome (wrong (fun (bytes: byte[]) -> Ok bytes[100])) "it raises"
            Expect.isSome (wrong (fun _ -> Ok(Array.zeroCreate<byte>(100 <<< 20)))) "it takes much"
            Expect.isSome (wrong (fun _ -> Error(String('a', 5000)))) "too many words"
            Expect.isSome (wrong (fun _ -> Error " ")) "none"
            Expect.isNone (wrong (fun _ -> Error "one")) "a sentence"

        for reader in readers do
            testCase $"any input of %s{reader.Name} is read or refused, soon and in its memory"
            <| fun () ->
                match attack (Asked.orElse 300) reader with
                | Some misdeed, _ ->
                    failtest
                        $"%s{misdeed.Reader}, input %d{misdeed.Number}: %s{misdeed.What}\n%s{shown misdeed.Bytes}"
                | None, read ->
                    Asked.count
                    |> Option.iter (fun count ->
                        printfn
                            $"%s{reader.Name}: %d{count} inputs, %d{read} of them read, the others refused")
    ]
