namespace NtkPipeline.Core

open TorchSharp

/// What a row of a matrix of inputs stands for.
[<RequireQualifiedAccess>]
type RowForm =
    /// What a network is given: a row of norm 1.
    | Row
    /// A text: its tokens of so many entries, of norm √d, one after another, and then its mask (`TextTensor.ofRows`).
    | Text of features: int

[<RequireQualifiedAccess>]
module RowForm =

    /// The rows as a network at this input scale sees them, N × d or a `TextTensor`: of texts the norm is that of a token.
    let tensor (form: RowForm) (scale: InputScale) (rows: Matrix<float32>) : torch.Tensor =
        use _ = torch.NewDisposeScope()
        let values = Tensors.ofMatrix32 rows

        match form with
        | RowForm.Row -> values.mul((InputScale.norm rows.Columns scale).ToScalar()).MoveToOuterDisposeScope()
        | RowForm.Text features ->
            let texts = TextTensor.ofRows features values
            let norm = InputScale.norm features scale / sqrt (float features)

            (TextTensor.create (TextTensor.tokens(texts).mul(norm.ToScalar())) (TextTensor.mask texts))
                .MoveToOuterDisposeScope()

    /// The linear maps of a network over such rows of `columns` entries.
    let maps (form: RowForm) (columns: int) (network: Network) : LinearMap list =
        match form with
        | RowForm.Row -> LinearMaps.ofRows columns network
        | RowForm.Text features -> LinearMaps.ofTexts features (columns / (features + 1)) network

    /// How many parameters these have.
    let parameters (maps: LinearMap list) : int64 =
        maps
        |> List.sumBy (fun map ->
            int64 map.FanIn * int64 map.Width + (if map.Prior.HasBias then int64 map.Width else 0L))
