module NtkPipeline.Tests.KernelCommandTests

open System
open System.Diagnostics
open System.IO
open System.Text.Json
open System.Threading
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.Ntk

let private random (seed: int) rows columns =
    let random = Random seed
    Matrix.init rows columns (fun _ _ -> float32 (random.NextDouble() - 0.5))

let private save (path: string) (m: Matrix<float32>) =
    use file = File.Create path
    Npy.write file m

let private load (path: string) =
    use file = File.OpenRead path
    Expect.wantOk (Npy.read64 file) path

/// The last line of stdout.
let private json (answer: Answer) =
    let line = answer.Output.TrimEnd().Split('\n') |> Array.last
    use document = JsonDocument.Parse line
    document.RootElement.Clone()

let tests =
    testList "kernel command" [
        testCase "outputs and layers are taken apart, with the distance to the analytic kernel"
        <| inFolder (fun folder ->
            let at name = Path.Combine(folder, name)
            save (at "x.npy") (random 1 6 3)
            save (at "z.npy") (random 2 4 3)

            let kernel out extra =
                [ "kernel"; "--empirical"; "--network"; "dense 40 b=0.1 | erf | dense 2" ]
                @ [ "--x"; at "x.npy"; "--out"; at out; "--json" ]
                @ extra
                |> wantDone
                |> json

            let shape (answer: JsonElement) = [
                for n in answer.GetProperty("shape").EnumerateArray() -> n.GetInt32()
            ]

            let gap (answer: JsonElement) = answer.GetProperty("analytic").GetProperty("gap").GetDouble()
            let mean = kernel "mean.npy" []
            Expect.equal (shape mean) [ 6; 6 ] "the mean of the outputs"
            Expect.equal (shape (kernel "diagonal.npy" [ "--outputs"; "diagonal" ])) [ 6; 6; 2 ] "each"
            let full = kernel "full.npy" [ "--outputs"; "full"; "--z"; at "z.npy"; "--method"; "jacobian" ]
            Expect.equal (shape full) [ 6; 4; 2; 2 ] "all"
            let parts = kernel "parts.npy" [ "--parts"; "--method"; "vector-product" ]
            Expect.equal (shape parts) [ 2; 6; 6 ] "a sheet a layer"
            Expect.floatClose Accuracy.high (gap parts) (gap mean) "the parts' sum is compared"
            Expect.isGreaterThan (gap full) (gap mean) "outputs lie apart where their mean does not"
            // 6 × 6, and twice as many numbers after a header of one size.
            let size name = FileInfo(at name).Length - 128L

            Expect.equal
                (size "diagonal.npy", size "parts.npy")
                (2L * size "mean.npy", 2L * size "mean.npy")
                "sizes"

            let k = load (at "mean.npy")
            let network = Networks.parse "dense 40 b=0.1 | erf | dense 2"
            let analytic = Expect.wantOk (Gram.ntk64 network (load (at "x.npy")) None) "analytic"
            let norm (m: float[]) = sqrt (m |> Array.sumBy (fun v -> v * v))
            let expected = norm (Array.map2 (-) k.Values analytic.Values) / norm analytic.Values
            Expect.floatClose Accuracy.high (gap mean) expected "the distance")

        testCase "a finite network's NNGP kernel, and what does not go together"
        <| inFolder (fun folder ->
            let at name = Path.Combine(folder, name)
            save (at "x.npy") (random 1 6 3)

            let kernel network extra =
                [ "kernel"; "--network"; network; "--x"; at "x.npy"; "--out"; at "k.npy" ] @ extra

            let base' = "dense 400 b=0.1 | erf | dense 2"
            let nngp = [ "--empirical"; "--kind"; "nngp" ]
            let answer = kernel base' (nngp @ [ "--json" ]) |> wantDone
            Expect.stringContains answer.Error "flop" "the cost comes first"
            Expect.stringContains answer.Output "distance to the analytic kernel: " "compared"

            Expect.isLessThan
                ((json answer).GetProperty("analytic").GetProperty("gap").GetDouble())
                0.2
                "and near"

            let centred = kernel (base' + " | centred") nngp |> wantDone
            Expect.stringContains centred.Error "0 before training" "said"
            Expect.all (load (at "k.npy")).Values (fun v -> v = 0.0) "and so it is"

            refused
                2
                [ "--outputs: the NNGP kernel"; "--parts: only"; "--method: there is" ]
                (kernel base' (nngp @ [ "--outputs"; "full"; "--parts"; "--method"; "jacobian" ]))

            refused 2 [ "they need --empirical" ] (kernel base' [ "--parts" ])
            refused 2 [ "they need --empirical" ] (kernel base' [ "--outputs"; "diagonal" ])
            refused 2 [ "--memory: '2 apples' is not a size" ] (kernel base' [ "--memory"; "2 apples" ])
            refused 2 [ "scale stands after the last layer"; "^" ] (kernel "scale(2) | dense 1" [])
            refused 1 [ "smallest tile needs"; "1 kB may be used" ] (kernel base' [ "--memory"; "1kB" ])

            refused
                1
                [ "structured needs"; "1 kB may be used" ]
                (kernel base' [ "--empirical"; "--method"; "structured"; "--memory"; "1kB" ])

            refused 1 [ "dense layer at the end" ] (kernel "dense 8 | erf" nngp)
            refused 1 [ "kernels only" ] (kernel "dense 8 | exp-normalised | dense 1" [ "--empirical" ]))

        testCase "what cannot be asked for is refused before anything is computed or replaced"
        <| inFolder (fun folder ->
            let at name = Path.Combine(folder, name)
            save (at "x.npy") (random 1 6 3)
            save (at "z.npy") (random 2 4 3)
            let before = File.ReadAllBytes(at "x.npy")
            let relu = "dense 8 | relu | dense 1"

            let kernel network x out extra =
                [ "kernel"; "--network"; network; "--x"; x; "--out"; out ] @ extra

            let usage words arguments = refused 2 words arguments
            usage [ "--x: the name of a file is empty"; "--out: the name" ] (kernel relu "" "" [])
            usage [ "--out: it is the file of --x" ] (kernel relu (at "x.npy") (at "./x.npy") [])

            usage
                [ "--out: it is the file of --z" ]
                (kernel relu (at "x.npy") (at "z.npy") [ "--z"; at "z.npy" ])

            usage
                [ "--seed, --method: these are of a finite network" ]
                (kernel relu (at "x.npy") (at "k.npy") [ "--seed"; "3"; "--method"; "jacobian" ])

            usage [ "there is no layer 'Dense'; there are" ] (kernel "Dense 8" (at "x.npy") (at "k.npy") [])

            usage [ "99999999999 is not between" ] (kernel "dense 99999999999" (at "x.npy") (at "k.npy") [])

            refused 1 [ "it is a folder" ] (kernel relu folder (at "k.npy") [])
            refused 1 [ "it is a folder" ] (kernel relu (at "x.npy") folder [])
            KernelFiles.write folder "far" (Matrix.create 1 2 [| 1.0; 1e60 |]) |> ignore

            refused
                1
                [ "far.npy: it holds 1e+60 at row 0, column 1"; "more than float32 holds" ]
                (kernel relu (at "far.npy") (at "k.npy") [ "--precision"; "float32" ])

            Expect.equal (File.ReadAllBytes(at "x.npy")) before "the input is what it was"
            Expect.isFalse (File.Exists(at "k.npy")) "and there is no output")

        testCase "norms of 1e150 have a distance to the analytic kernel, and a header that lies is found out"
        <| inFolder (fun folder ->
            let at name = Path.Combine(folder, name)
            KernelFiles.write folder "x" (Matrix.create 2 2 [| 1e150; 0.0; 0.0; -1e150 |]) |> ignore

            let gap =
                [ "kernel"; "--empirical"; "--network"; "dense 4096 | relu | dense 1" ]
                @ [ "--x"; at "x.npy"; "--out"; at "k.npy"; "--json" ]
                |> wantDone
                |> json

            Expect.isLessThan
                (gap.GetProperty("analytic").GetProperty("gap").GetDouble())
                0.1
                "squares do not overflow"

            let lie (shape: int64 list) (part: string) =
                File.WriteAllBytes(at "lie.npy", Npy.header<float> shape)

                [ "kernel"; "--network"; "dense 1"; "--x"; at "lie.npy"; "--out"; at "k.npy" ]
                |> refused 1 [ part ]

            lie [ 2_000_000_000L; 2_000_000_000L ] "it ends before its last value"
            lie [ 99_999_999_999L; 3L ] "at most 2147483647 rows and columns")

        testCase "what a stopped command left of another kernel is given up, and this is said"
        <| inFolder (fun folder ->
            let at name = Path.Combine(folder, name)
            save (at "x.npy") (random 1 6 3)
            let kernel = [ "kernel"; "--network"; "dense 8"; "--x"; at "x.npy"; "--out"; at "k.npy" ]
            File.WriteAllText(at "k.npy.progress", """{"recipe":"another","tiles":15,"done":7}""")
            let answer = wantDone kernel
            Expect.stringContains answer.Error "left of another kernel, 7 of 15 tiles, is given up" "said"
            Expect.equal (wantDone kernel).Error "" "nothing to say")

        testCase "less memory means smaller tiles and the same bytes"
        <| inFolder (fun folder ->
            let at name = Path.Combine(folder, name)
            save (at "x.npy") (random 1 600 3)

            let kernel memory extra =
                [
                    "kernel"
                    "--network"
                    "dense 64 | relu | dense 1"
                    "--x"
                    at "x.npy"
                    "--precision"
                    "float32"
                ]
                @ [ "--out"; at $"%s{memory}.npy"; "--memory"; memory ]
                @ extra
                |> wantDone
                |> ignore

                File.ReadAllBytes(at $"%s{memory}.npy")

            for extra in [ []; [ "--empirical"; "--method"; "structured" ] ] do
                Expect.equal (kernel "1700kB" extra) (kernel "1GB" extra) "the same bytes")

        if not (OperatingSystem.IsWindows()) then
            testCase "killed by -9 amid its tiles, the same command goes on and gives the same bytes"
            <| inFolder (fun folder ->
                let at name = Path.Combine(folder, name)
                save (at "x.npy") (random 1 900 3)

                let kernel out =
                    [
                        "kernel"
                        "--empirical"
                        "--network"
                        "dense 256 | erf | dense 2"
                        "--method"
                        "vector-product"
                    ]
                    @ [ "--x"; at "x.npy"; "--memory"; "8MB"; "--out"; at out ]

                let info =
                    ProcessStartInfo(
                        "dotnet",
                        Path.Combine(AppContext.BaseDirectory, "ntk.dll") :: kernel "k.npy",
                        RedirectStandardError = true,
                        RedirectStandardOutput = true
                    )

                use started = new Process(StartInfo = info)
                started.Start() |> ignore

                let isUnderWay () =
                    File.Exists(at "k.npy.progress")
                    && not (File.ReadAllText(at "k.npy.progress").Contains "\"done\": 0")

                while not started.HasExited && not (isUnderWay ()) do
                    Thread.Sleep 20

                started.Kill()
                started.WaitForExit()
                Expect.equal started.ExitCode 137 "killed, before it was done"
                Expect.isFalse (File.Exists(at "k.npy")) "not there before it is whole"
                let resumed = kernel "k.npy" |> wantDone

                Expect.stringContains
                    resumed.Error
                    "tiles are there from before"
                    "what is done is not done again"

                kernel "whole.npy" |> wantDone |> ignore

                Expect.equal
                    (File.ReadAllBytes(at "k.npy"))
                    (File.ReadAllBytes(at "whole.npy"))
                    "the same bytes")
    ]
