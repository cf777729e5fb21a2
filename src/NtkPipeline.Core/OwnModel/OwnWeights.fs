namespace NtkPipeline.Core

open TorchSharp

/// All parameters of a model side by side as one row, in the order of its file and in the precision that it is computed in.
[<RequireQualifiedAccess>]
type OwnWeights =
    | Single of Matrix<float32>
    | Double of Matrix<float>

[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module OwnWeights =

    /// As the model stands now.
    let ofModel (f: OwnFunction) : OwnWeights =
        use _ = torch.NewDisposeScope()
        use _ = torch.no_grad ()
        let row = torch.cat (OwnFunction.leaves f |> Array.map _.reshape(-1L), 0L)
        let count = int (row.numel ())

        if OwnModelFile.isSingle f.Model then
            OwnWeights.Single(Matrix.create 1 count (Tensors.toArray32 row))
        else
            OwnWeights.Double(Matrix.create 1 count (Tensors.toArray64 row))

    /// Puts a model of the same file where these were.
    let put (weights: OwnWeights) (f: OwnFunction) : unit =
        use _ = torch.NewDisposeScope()
        use _ = torch.no_grad ()

        let row =
            match weights with
            | OwnWeights.Single m -> (Tensors.ofMatrix32 m).reshape(-1L)
            | OwnWeights.Double m -> (Tensors.ofMatrix64 m).reshape(-1L)

        if row.numel () <> OwnModel.count f.Model then
            invalidArg (nameof weights) $"%d{row.numel ()} weights for %d{OwnModel.count f.Model} parameters"

        let mutable place = 0L

        for leaf in OwnFunction.leaves f do
            let length = leaf.numel ()
            leaf.copy_ (row.narrow(0L, place, length).reshape leaf.shape) |> ignore
            place <- place + length

    let private noSingle: Matrix<float32> = Matrix.create 0 1 [||]
    let private noDouble: Matrix<float> = Matrix.create 0 1 [||]

    let codec: Codec<OwnWeights option> =
        Codec.pair ("single", Codec.matrix32) ("double", Codec.matrix64)
        |> Codec.map
            "own-weights/1"
            (function
            | Some(OwnWeights.Single m) -> m, noDouble
            | Some(OwnWeights.Double m) -> noSingle, m
            | None -> noSingle, noDouble)
            (fun (single, double) ->
                match single.Rows, double.Rows with
                | 1, 0 -> Ok(Some(OwnWeights.Single single))
                | 0, 1 -> Ok(Some(OwnWeights.Double double))
                | 0, 0 -> Ok None
                | rows, others -> Error $"it has %d{rows} rows of float32 and %d{others} of float64")
