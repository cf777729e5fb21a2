/// What `ntk tangent` says of its texts and of its sketch.
module NtkPipeline.Tests.TangentCheckTests

open System.IO
open System.Text.Json
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.Ntk

/// A folder with the tiny encoder and a file of lines, and what runs the command on them.
let private inLines (lines: string list) test =
    inFolder (fun folder ->
        TinyEncoder.write folder
        let texts = Path.Combine(folder, "lines.txt")
        File.WriteAllLines(texts, lines)

        let run name (options: string list) =
            [ "tangent"; "--encoder"; $"minilm:%s{folder}"; "--texts"; texts ]
            @ [ "--out"; Path.Combine(folder, name) ]
            @ options
            |> wantDone

        let kept = [ "--store"; Path.Combine(folder, "store") ]
        test folder (fun name options -> run name (options @ kept)) run)

let private fires = [ for letter in 'a' .. 'l' -> $"fire in street %c{letter}" ]

let private error (answer: Answer) = JsonDocument.Parse(answer.Output).RootElement.GetProperty "sketchError"

let tests =
    testList "tangent: checks" [
        testCase "texts that lose their end are counted, and more tokens than the encoder takes are none"
        <| inLines [ "a short one"; String.replicate 300 "long " ] (fun folder run _ ->
            let run (most: string) = run "K.npy" [ "--most-tokens"; most ]
            let words most = $"note: of 1 of 2 texts the end is lost: they have more than %s{most} tokens"
            Expect.stringContains (run "40").Error (words "40") "cut"
            let own = (run "4000").Error
            Expect.stringContains own "--most-tokens 4000 counts as 256: the encoder takes no more" "own"
            Expect.stringContains own (words "256") "cut"
            File.WriteAllLines(Path.Combine(folder, "lines.txt"), [ "one that fits"; "another" ])
            Expect.isFalse ((run "40").Error.Contains "the end is lost") "none")

        testCase
            "a sketch is held against the exact kernel of the first texts, head by head, and its error is told"
        <| inLines fires (fun folder run once ->
            let sketch = [ "--heads"; "2"; "--rank"; "8"; "--block"; "4"; "--seed"; "3"; "--json" ]
            once "E.npy" [ "--heads"; "2"; "--seed"; "3"; "--method"; "exact" ] |> ignore
            let answer = run "K.npy" (sketch @ [ "--check"; "7" ])

            let first name =
                KernelFiles.load (Path.Combine(folder, name))
                |> Matrix.gather [| 0..6 |] [| 0..6 |]
                |> Matrix.map float32

            let expected = Expect.wantOk (SketchError.measure (first "E.npy") (first "K.npy")) "error"
            let told (name: string) = (error answer).GetProperty(name).GetDouble()
            Expect.equal (told "texts") 7.0 "texts"
            Expect.isGreaterThan expected.Frobenius 0.001 "a coarse sketch"

            for name, value in
                [
                    "frobenius", expected.Frobenius
                    "diagonal", expected.Diagonal
                    "offDiagonal", expected.OffDiagonal
                ] do
                Expect.floatClose Accuracy.low (told name) value name

            Expect.stringContains answer.Error "of the first 7 texts the sketch is" "words"
            let all = run "F.npy" (sketch @ [ "--features" ])
            Expect.equal ((error all).GetProperty("texts").GetInt32()) 12 "as many as there are"
            let none = run "K.npy" (sketch @ [ "--check"; "0" ])
            Expect.equal (error none).ValueKind JsonValueKind.Null "none is wanted"

            let zero = KernelFiles.writeVector folder "zero" (Array.zeroCreate 16)
            let still = run "K.npy" [ "--head"; zero; "--json" ]
            Expect.equal (error still).ValueKind JsonValueKind.Null "no error of no kernel"
            Expect.equal (KernelFiles.load (Path.Combine(folder, "K.npy"))).Values[0] 0.0 "but a kernel"

            [
                "tangent"
                "--encoder"
                $"minilm:%s{folder}"
                "--texts"
                Path.Combine(folder, "lines.txt")
            ]
            @ [ "--check"; "-1"; "--out"; Path.Combine(folder, "K.npy") ]
            |> refused 2 [ "--check -1: 0 to 1000" ])
    ]
