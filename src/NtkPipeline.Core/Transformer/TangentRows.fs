namespace NtkPipeline.Core

open System

/// Texts' gradients as columns: the tangent kernel of two texts is Scale² times the inner product of their rows.
[<NoEquality; NoComparison>]
type TangentRows = {
    /// Which columns are whose; columns of no part here do not count.
    Columns: TangentColumns list
    /// A power of two near the head's norm: gradients are linear in the head, and kept as those of a head of norm about 1.
    Scale: float
    /// texts × columns.
    Values: Matrix<Half>
}

[<CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix); RequireQualifiedAccess>]
module TangentRows =

    /// What stands beside the numbers in the store.
    type Layout = { Scale: float; Columns: TangentColumns[] }

    let private lay (layout: Layout, values: Matrix<Half>) =
        let isOutside (columns: TangentColumns) =
            columns.Start < 0 || columns.Count < 1 || columns.Start > values.Columns - columns.Count

        if layout.Columns |> Array.exists isOutside then
            Error "it names columns that it does not have"
        elif not (Double.IsFinite layout.Scale && layout.Scale > 0.0) then
            Error "its scale is not a positive number"
        else
            Ok { Columns = List.ofArray layout.Columns; Scale = layout.Scale; Values = values }

    let codec: Codec<TangentRows> =
        Codec.pair ("layout", Codec.json<Layout> "tangent-layout/1") ("values", Codec.matrix16)
        |> Codec.map
            "tangent-rows/1"
            (fun (rows: TangentRows) ->
                { Scale = rows.Scale; Columns = Array.ofList rows.Columns }, rows.Values)
            lay

    /// The same rows with only some parts of the encoder counted; the numbers are shared, not copied.
    let select (isWanted: TangentPart -> bool) (rows: TangentRows) : TangentRows = {
        rows with
            Columns = rows.Columns |> List.filter (fun columns -> isWanted columns.Part)
    }

    /// The counted columns in float32, the scale multiplied in: texts × columns.
    let toMatrix (rows: TangentRows) : Matrix<float32> =
        let places = [|
            for columns in rows.Columns do
                yield! [| columns.Start .. columns.Start + columns.Count - 1 |]
        |]

        let scale = float32 rows.Scale

        Matrix.init rows.Values.Rows places.Length (fun i j ->
            scale * Half.op_Explicit rows.Values[i, places[j]])
