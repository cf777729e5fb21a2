namespace NtkPipeline.Runtime

open NtkPipeline.Core
open TorchSharp

/// The kernel of texts against its floor: products of features, and the bytes of moments that its layers pass on; its memory against
/// 2 GB; and the same recursion written with whole tensors against it.
[<RequireQualifiedAccess>]
module SequenceRatio =

    let private places, private features = 32, 128

    let private text = "conv 64 size=3 | relu | mean-pool | dense 1"

    /// Lengths from 8 to 32, as tweets have them, and normal tokens.
    let private sample (rows: int) =
        use _ = torch.NewDisposeScope()
        let mask = Matrix.init rows places (fun i t -> if t < 8 + 7 * i % 25 then 1.0 else 0.0)
        let values = Tensors.toMatrix64 (BenchInputs.normal rows (places * features))
        values, mask

    let private source (values: Matrix<float>, mask: Matrix<float>) =
        match TextSource.create "x" places features (RowSource.ofMatrix values) (Some mask) with
        | Ok source -> source
        | Error refusal -> invalidOp refusal.Sentence

    let private network () =
        match NetworkText.parseAny text with
        | Ok network -> network
        | Error reason -> invalidOp reason

    let private job (x: TextSource) =
        let machine = { Memory = 1.5e9; Tensors = lazy (invalidOp "no tensors") }

        KernelRequest.create (network ()) KernelKind.Ntk None
        |> Result.mapError (String.concat "; " >> NumbersRefused)
        |> Result.bind (fun request -> SequenceRequest.double machine request x None)
        |> Result.defaultWith (fun refusal -> invalidOp refusal.Sentence)

    let private compute (x: TextSource) () =
        match KernelTiles.toArray (job x).Tiles with
        | Ok values -> values
        | Error refusal -> invalidOp refusal.Sentence

    let private most = 2e9

    let private run (rows: int option) =
        use _ = torch.NewDisposeScope()
        let rows = defaultArg rows 2000
        let all = sample rows
        let x = source all
        let lengths = Array.init rows (fun i -> 8 + 7 * i % 25)

        let cost =
            SequenceCost.create
                (network ())
                KernelKind.Ntk
                features
                lengths
                None
                512
                places
                SequenceCost.mostCores
                0.0

        // Half a gigabyte read and as much written, far past any cache.
        let copied = torch.ones ([| 16384L; 8192L |], dtype = torch.float32)
        let target = torch.empty_like copied
        let bytes = 2.0 * 4.0 * 16384.0 * 8192.0
        let copy () = target.copy_ copied |> ignore
        let square = torch.ones ([| 1536L; 1536L |], dtype = torch.float64)
        let product () = square.mm(square).Dispose()

        let few = sample (min rows 200)
        let some = source few
        let values, mask = few

        let tensor =
            torch
                .tensor(values.Values, dtype = torch.float64)
                .reshape(int64 values.Rows, int64 places, int64 features)

        let counts = torch.tensor(mask.Values, dtype = torch.float64).reshape(int64 mask.Rows, int64 places)
        let masked = tensor * counts.unsqueeze 2L
        let ours, theirs = (compute some) (), Tensors.toMatrix64 (WholeTensors.ntk masked counts)
        let gap = Array.map2 (fun a b -> abs (a - b)) ours theirs.Values |> Array.max

        if gap > 1e-7 then
            invalidOp $"the two ways to the kernel differ by %g{gap}"

        let short =
            Clock.best 3 [
                copy
                compute some >> ignore
                (fun () -> (WholeTensors.ntk masked counts).Dispose())
                product
            ]

        copied.Dispose()
        target.Dispose()
        // What cannot be done without: products of features at a plain product's rate, and moments that layers hand on.
        let products = cost.Pairs * float features * short[3] / 1536.0 ** 3.0
        let passed = cost.Passed * short[0] / bytes
        let peak = ref None
        let seconds = Clock.once (fun () -> peak.Value <- ProcessMemory.peak (compute x >> ignore))
        let what = $"Θ of texts, %s{text}, float64, T ≤ %d{places}, d = %d{features}"

        Ok [
            Ratio.ofSeconds
                $"%s{what}, N = %s{BenchInputs.grouped rows}"
                seconds
                (products + passed)
                $"products of features at a plain product's rate, %.1f{products} s, and %.1f{cost.Passed / 1e9} GB of moments passed at a copy's %.1f{bytes / short[0] / 1e9} GB/s, %.1f{passed} s"
                (AtMost 4.0)
            Ratio.ofSeconds
                $"the same with whole tensors, N = %d{values.Rows}"
                short[2]
                short[1]
                "that of ntk"
                (AtLeast 3.0)
            match peak.Value with
            | Some bytes -> {
                What = $"peak memory of %s{what}, N = %s{BenchInputs.grouped rows}"
                Unit = "MB"
                Measured = float bytes / 1e6
                Reference = most / 1e6
                ReferenceName = "2 GB"
                Aim = Some(AtMost 1.0)
              }
            | None -> ()
        ]

    let measurement: Measurement = { Name = "sequence"; OnlyWhenNamed = true; Run = run }
