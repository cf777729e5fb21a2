namespace NtkPipeline.Core

open TorchSharp

/// A network that was trained: what was measured of it, and the network itself.
type TrainedNetwork = {
    Run: NetworkRun
    /// θ₀ as one row: every W, row by row, and every b after its W, input side first.
    Initial: Matrix<float32>
    /// θ after the last epoch, likewise; none where the run diverged.
    Final: Matrix<float32> option
    /// f on the validation rows after each of `Run.Epochs`, which are its rows.
    Path: Matrix<float32>
}

[<RequireQualifiedAccess>]
module TrainedNetwork =

    /// A copy of a network's parameters as one row, 1 × P.
    let weights (theta: DenseParameters[]) : Matrix<float32> =
        use _ = torch.NewDisposeScope()

        Forward.tensors theta
        |> Array.map (fun tensor -> tensor.detach().cpu().reshape(1L, -1L))
        |> fun parts -> torch.cat (parts, 1L) |> Tensors.toMatrix32

    let private theta (maps: LinearMap list) (weights: Matrix<float32>) : DenseParameters[] =
        let all = (Tensors.ofMatrix32 weights).reshape -1L

        let folder start (map: LinearMap) =
            let fanIn, width, prior = map.FanIn, map.Width, map.Prior
            let take offset count = all.narrow(0L, offset, count).clone()
            let count = int64 width * int64 fanIn
            let w = (take start count).reshape(int64 width, int64 fanIn)

            if prior.HasBias then
                { W = w; B = Some(take (start + count) (int64 width)) }, start + count + int64 width
            else
                { W = w; B = None }, start + count

        maps |> List.mapFold folder 0L |> fst |> Array.ofList

    /// f at rows of this form, n × outputs, of a network with so many outputs and these first and last weights: f(x; θ), or
    /// f(x; θ) − f(x; θ₀) where it was trained centred. Texts pass some at a time.
    let evaluate
        (form: RowForm)
        (spec: RunSpec)
        (outputs: int)
        (initial: Matrix<float32>)
        (final: Matrix<float32>)
        (rows: Matrix<float32>)
        : Matrix<float> =
        use _ = torch.NewDisposeScope()
        use _ = torch.no_grad ()
        let network, x = RunSpec.networkOf outputs spec, RowForm.tensor form spec.InputScale rows
        let maps = RowForm.maps form rows.Columns network

        let at weights =
            let theta = theta maps weights
            let trainable = Trainable.ofNetwork network theta spec.Architecture.OutputScale

            match form with
            | RowForm.Row -> trainable.Outputs x
            | RowForm.Text _ -> TextGram.inBlocks theta trainable.Outputs x

        let f = at final
        (if spec.Architecture.Centred then f - at initial else f) |> Tensors.toMatrix64

    /// The same of a run's network, which has one output.
    let outputs
        (form: RowForm)
        (trained: TrainedNetwork)
        (final: Matrix<float32>)
        (rows: Matrix<float32>)
        : float[] =
        (evaluate form trained.Run.Spec 1 trained.Initial final rows).Values

    /// Θ̂ of the weights of a network with so many outputs between rows of this form, n × k, or of the rows with themselves, α² included: of
    /// several outputs the mean over them.
    let tangentOf
        (form: RowForm)
        (spec: RunSpec)
        (outputs: int)
        (weights: Matrix<float32>)
        (rows: Matrix<float32>)
        (others: Matrix<float32> option)
        : Matrix<float32> =
        use _ = torch.NewDisposeScope()
        let network, alpha = RunSpec.networkOf outputs spec, spec.Architecture.OutputScale
        let inputs = RowForm.tensor form spec.InputScale

        (EmpiricalNtk.gram
            network
            (theta (RowForm.maps form rows.Columns network) weights)
            (inputs rows)
            (others |> Option.map inputs))
            .mul((alpha * alpha).ToScalar())
        |> Tensors.toMatrix32

    /// The same of a run's network, which has one output.
    let tangent
        (trained: TrainedNetwork)
        (weights: Matrix<float32>)
        (rows: Matrix<float32>)
        (others: Matrix<float32> option)
        : Matrix<float32> =
        tangentOf RowForm.Row trained.Run.Spec 1 weights rows others

    /// The same over rows of this form. Many texts pass some at a time, and those of the two sides may have different numbers of places.
    let tangentIn
        (form: RowForm)
        (trained: TrainedNetwork)
        (weights: Matrix<float32>)
        (rows: Matrix<float32>)
        (others: Matrix<float32> option)
        : Matrix<float32> =
        match form with
        | RowForm.Row -> tangent trained weights rows others
        | RowForm.Text _ ->
            use _ = torch.NewDisposeScope()
            let spec = trained.Run.Spec
            let network, alpha = RunSpec.network spec, spec.Architecture.OutputScale
            let theta = theta (RowForm.maps form rows.Columns network) weights
            let texts = RowForm.tensor form spec.InputScale

            let gram =
                match others with
                | None -> TextGram.gram network theta (texts rows)
                | Some others -> TextGram.between network theta (texts rows) (texts others)

            gram.mul ((alpha * alpha).ToScalar()) |> Tensors.toMatrix32

    /// What was measured of some of them.
    let runs (trained: Artifact<TrainedNetwork list>) : Artifact<NetworkRun list> =
        trained |> Artifact.map (List.map _.Run)

    let private ofStored
        (run: NetworkRun, (initial: Matrix<float32>, (final: Matrix<float32>, path: Matrix<float32>)))
        =
        let isWhole (weights: Matrix<float32>) = int64 weights.Columns = run.Parameters

        if path.Rows <> run.Epochs.Length || path.Columns <> run.ValidationOutputs.Length then
            Error "its path is not one of its validation rows' outputs by its epochs"
        elif initial.Rows = 1 && isWhole initial && final.Rows <= 1 && isWhole final then
            Ok {
                Run = run
                Initial = initial
                Final = if final.Rows = 0 then None else Some final
                Path = path
            }
        else
            Error $"its weights are not the %d{run.Parameters} of its network"

    /// A zip of the run as JSON and of weights and path as NumPy arrays; no row of final weights where the run diverged.
    let codec: Codec<TrainedNetwork> =
        Codec.pair
            ("run", Codec.json<NetworkRun> "network-run/5")
            ("arrays",
             Codec.pair
                 ("initial", Codec.matrix32)
                 ("ends", Codec.pair ("final", Codec.matrix32) ("path", Codec.matrix32)))
        |> Codec.map
            "trained-network/5"
            (fun trained ->
                let none = Matrix.create 0 trained.Initial.Columns [||]
                trained.Run, (trained.Initial, (defaultArg trained.Final none, trained.Path)))
            ofStored
