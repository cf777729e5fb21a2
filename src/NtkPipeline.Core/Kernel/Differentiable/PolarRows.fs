namespace NtkPipeline.Core

open TorchSharp

/// Rows of inputs as pairs of tensors.
[<RequireQualifiedAccess>]
module PolarRows =

    /// The pairs of rows `first` and `second`, before a network's first layer.
    let pairs (rows: UnitRows) (first: int[]) (second: int[]) : PolarTensor =
        let scale = 1.0 / sqrt (float rows.Units.Columns)

        let moments = Array.map2 (UnitRows.within rows) first second

        let index (rows: int[]) = torch.tensor (rows |> Array.map int64)

        {
            Norms = Tensors.ofArray64 (rows.Norms |> Array.map ((*) scale))
            First = index first
            Second = index second
            Cos = moments |> Array.map _.Cos |> Tensors.ofArray64
            Sin = moments |> Array.map _.Sin |> Tensors.ofArray64
        }
