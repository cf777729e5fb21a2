namespace NtkPipeline.Arrays

open System
open System.Runtime.InteropServices
open NtkPipeline.Core
open NtkPipeline.Runtime
open TorchSharp

/// Training of a network of finite width in float64 on the loss ½·mean((f − y)²), whose fixed-kernel limit `KernelRegression` solves.
[<AbstractClass; Sealed>]
type NetworkTraining private () =

    /// A loss this many times the first one is divergence.
    static let tooMuch = 1e6

    /// η, for a rate in the unit of its optimiser: with Λ_max of the infinitely wide network's kernel of these rows.
    static let resolve (network: Network) (x: Matrix<float>) (optimiser: Optimiser) (rate: float) : float =
        use _ = torch.NewDisposeScope()
        let kernel = Gram.ntk64 network x None |> Refused.orValue

        match (torch.linalg.eigvalsh (Tensors.ofMatrix64 kernel)).max().item<float>() with
        | largest when largest > 0.0 ->
            Optimiser.resolve largest x.Rows (ParameterStep.length x.Columns network) rate optimiser
        | _ -> Refused.because "x: the network's kernel of these rows is 0, so that no rate has a unit"

    static let loss (outputs: torch.Tensor) (goal: torch.Tensor) : float =
        use _ = torch.NewDisposeScope()
        0.5 * (outputs - goal).square().mean().item<float>()

    /// The network on its own, as training moves it: α stands outside, and what a centred one said at first is part of its goal.
    static let bare (network: Network) : Network =
        Network.create network.Layers |> Refused.orArgument "network"

    static let read (text: string) : Network =
        let network = NetworkText.parse text |> Result.bind Network.finite |> Refused.orArgument "network"

        match Network.outputs network with
        | 1 -> network
        | outputs ->
            Refused.because $"network: it has %d{outputs} outputs, and one is trained; end it in dense 1"

    static let check (x: float[,]) (y: float[]) epochs batchSize rate (optimiser: Optimiser) =
        if Array2D.length1 x = 0 || y.Length <> Array2D.length1 x then
            Refused.because
                $"y has %d{y.Length} numbers and x %d{Array2D.length1 x} rows; there is one for each row"

        Arrays.checkFinite "x" x
        Arrays.checkFinite "y" (Arrays.column y)
        Arrays.atLeast "epochs" 1 epochs
        Arrays.atLeast "batchSize" 0 batchSize
        Arrays.positive "rate" rate
        Optimiser.refusal optimiser |> Option.iter (fun reason -> Refused.because $"optimiser: %s{reason}")

    /// Draws the network (text, one output) from the seed and trains it on the rows of x, N × d, which it sees as they are, and y, N numbers.
    /// `rate` is in its optimiser's unit, for descent N/Λ_max; `optimiser` is `descent`, `momentum(0.9)`, `adam` or `sign`. The same
    /// arguments give the same weights on one machine.
    static member Train
        (
            network: string,
            x: float[,],
            y: float[],
            [<Optional; DefaultParameterValue(Defaults.Epochs)>] epochs: int,
            [<Optional; DefaultParameterValue(Defaults.Rate)>] rate: float,
            [<Optional; DefaultParameterValue(Defaults.BatchSize)>] batchSize: int,
            [<Optional; DefaultParameterValue(Defaults.Optimiser)>] optimiser: string,
            [<Optional; DefaultParameterValue(Defaults.Seed)>] seed: uint64
        ) : TrainedModel =
        let whole = read network
        let rule = Optimiser.parse optimiser |> Refused.orArgument "optimiser"
        check x y epochs batchSize rate rule
        LibTorch.load ()
        use _ = torch.NewDisposeScope()
        use _ = torch.no_grad ()
        let rows = Arrays.toMatrix x
        let eta = resolve whole rows rule rate
        let layers, seed = bare whole, Seed.root seed
        let theta = Forward.draw layers rows.Columns (Seed.derive "parameters" seed) torch.float64
        let live = Trainable.ofNetwork layers theta whole.OutputScale
        let weights () = live.Layers |> Array.map LayerWeights.ofTensors
        let input, initial = Tensors.ofMatrix64 rows, weights ()
        let y = (Tensors.ofArray64 y).reshape(-1L, 1L)
        let goal = if whole.Centred then y + live.Outputs input else y
        let step = live.Begin rule eta
        let losses = ResizeArray [ loss (live.Outputs input) goal ]
        let isSound loss = Double.IsFinite loss && loss <= tooMuch * max losses[0] Double.Epsilon

        let train epoch =
            for batch in Batches.ofEpoch (Seed.derive "batches" seed) batchSize rows.Rows epoch do
                use _ = torch.NewDisposeScope()
                let chosen = torch.tensor (Array.map int64 batch)
                step (input.index_select (0L, chosen)) (goal.index_select (0L, chosen)) |> ignore

            loss (live.Outputs input) goal

        let rec follow epoch =
            if epoch > epochs then
                false
            else
                match train epoch with
                | after when isSound after ->
                    losses.Add after
                    follow (epoch + 1)
                | _ -> true

        let isDiverged = follow 1

        {
            Network = NetworkText.print whole
            Rate = eta
            Losses = losses.ToArray()
            IsDiverged = isDiverged
            InitialWeights = initial
            Weights = weights ()
        }
