namespace NtkPipeline.Core

open TorchSharp

/// The weights of a bias-free network with one hidden layer and one output.
type OneHiddenWeights = {
    /// W₁, m × d.
    Hidden: Matrix<float32>
    /// W₂, 1 × m.
    Output: Matrix<float32>
}

/// A network that was trained: what was measured of it, and the network itself.
type TrainedNetwork = {
    Run: NetworkRun
    /// θ₀.
    Initial: OneHiddenWeights
    /// θ after the last epoch; none where the run diverged.
    Final: OneHiddenWeights option
}

[<RequireQualifiedAccess>]
module TrainedNetwork =

    /// A copy of `dense m | relu | dense 1`'s parameters. Another network is a bug of the caller.
    let weights (theta: DenseParameters[]) : OneHiddenWeights =
        match theta with
        | [| hidden; output |] -> {
            Hidden = Tensors.toMatrix32 hidden.W
            Output = Tensors.toMatrix32 output.W
          }
        | _ -> invalidArg (nameof theta) $"%d{theta.Length} dense layers, where two are expected"

    let private theta (weights: OneHiddenWeights) : DenseParameters[] = [|
        for w in [ weights.Hidden; weights.Output ] -> { W = (Tensors.ofMatrix32 w).clone(); B = None }
    |]

    let private network (run: NetworkRun) =
        match Width.create run.Width with
        | Ok width -> Network.oneHidden Relu width
        | Error reason -> invalidArg (nameof run) reason

    /// Unit rows as this network is given them: of norm 1 or √d.
    let private inputs (run: NetworkRun) (rows: Matrix<float32>) =
        match InputScale.parse run.InputScale with
        | Ok scale -> (Tensors.ofMatrix32 rows).mul((InputScale.norm rows.Columns scale).ToScalar())
        | Error reason -> invalidArg (nameof run) reason

    /// f at unit rows, n × d, of a network with these weights: f(x; θ), or f(x; θ) − f(x; θ₀) where it was trained centred.
    let outputs (trained: TrainedNetwork) (final: OneHiddenWeights) (rows: Matrix<float32>) : float[] =
        use _ = torch.NewDisposeScope()
        use _ = torch.no_grad ()
        let network, x = network trained.Run, inputs trained.Run rows

        let at weights =
            ReluStack.ofNetwork network (theta weights) trained.Run.OutputScale |> ReluStack.outputs x

        let f = at final

        (if trained.Run.Centred then f - at trained.Initial else f).flatten() |> Tensors.toArray64

    /// Θ̂ of the weights between unit rows, n × k, or of the rows with themselves, α² included.
    let tangent
        (trained: TrainedNetwork)
        (weights: OneHiddenWeights)
        (rows: Matrix<float32>)
        (others: Matrix<float32> option)
        : Matrix<float32> =
        use _ = torch.NewDisposeScope()
        let network, alpha = network trained.Run, trained.Run.OutputScale

        (EmpiricalNtk.gram
            network
            (theta weights)
            (inputs trained.Run rows)
            (others |> Option.map (inputs trained.Run)))
            .mul((alpha * alpha).ToScalar())
        |> Tensors.toMatrix32

    /// What was measured of some of them.
    let runs (trained: Artifact<TrainedNetwork list>) : Artifact<NetworkRun list> =
        trained |> Artifact.map (List.map _.Run)

    let private ofStored (run: NetworkRun, (initial, final: OneHiddenWeights)) =
        if initial.Hidden.Rows <> run.Width || final.Hidden.Rows <> 0 && final.Hidden.Rows <> run.Width then
            Error $"its weights are not those of a network of width %d{run.Width}"
        else
            Ok {
                Run = run
                Initial = initial
                Final = if final.Hidden.Rows = 0 then None else Some final
            }

    let private weightsCodec =
        Codec.pair ("hidden", Codec.matrix32) ("output", Codec.matrix32)
        |> Codec.map
            "one-hidden-weights/1"
            (fun weights -> weights.Hidden, weights.Output)
            (fun (hidden, output) ->
                if output.Columns = hidden.Rows then
                    Ok { Hidden = hidden; Output = output }
                else
                    Error
                        $"it holds %d{hidden.Rows} hidden units and %d{output.Columns} weights of the output")

    /// A zip of the run as JSON and of the weights as NumPy arrays; no rows of final weights where the run diverged.
    let codec: Codec<TrainedNetwork> =
        Codec.pair
            ("run", Codec.json<NetworkRun> "network-run/2")
            ("weights", Codec.pair ("initial", weightsCodec) ("final", weightsCodec))
        |> Codec.map
            "trained-network/1"
            (fun trained ->
                let none = {
                    Hidden = Matrix.create 0 trained.Initial.Hidden.Columns [||]
                    Output = Matrix.create 1 0 [||]
                }

                trained.Run, (trained.Initial, defaultArg trained.Final none))
            ofStored
