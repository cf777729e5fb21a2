module NtkPipeline.Tests.KernelCommandTests

open System.IO
open System.Text.Json
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.KernelFiles
open NtkPipeline.Tests.Ntk
open NtkPipeline.Tests.SingleRows

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
            Expect.stringContains answer.Error "distance to the analytic kernel: " "compared"

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

            refused
                2
                [ "at character 1: scale stands after the last layer" ]
                (kernel "scale(2) | dense 1" [])

            refused 1 [ "smallest tile needs"; "1 kB may be used" ] (kernel base' [ "--memory"; "1kB" ])

            refused
                1
                [ "structured needs"; "1 kB may be used" ]
                (kernel base' [ "--empirical"; "--method"; "structured"; "--memory"; "1kB" ])

            refused 1 [ "dense layer at the end" ] (kernel "dense 8 | erf" nngp)
            refused 1 [ "kernels only" ] (kernel "dense 8 | exp-normalised | dense 1" [ "--empirical" ]))
    ]
