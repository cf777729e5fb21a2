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

    /// What stands beside the numbers of one head in the store, and of several.
    type Layout = { Scale: float; Columns: TangentColumns[] }

    type HeadsLayout = { Scales: float[]; Columns: TangentColumns[] }

    let private lay (scales: float[]) (columns: TangentColumns[]) (values: Matrix<Half>) =
        let isOutside (columns: TangentColumns) =
            columns.Start < 0 || columns.Count < 1 || columns.Start > values.Columns - columns.Count

        let heads = scales.Length

        if columns |> Array.exists isOutside then
            Error "it names columns that it does not have"
        elif scales |> Array.exists (fun scale -> not (Double.IsFinite scale && scale > 0.0)) then
            Error "a scale of it is not a positive number"
        elif heads = 0 || values.Rows % heads <> 0 then
            Error $"its %d{values.Rows} rows are not those of %d{heads} heads"
        else
            let rows = values.Rows / heads
            let ofHead h = Array.sub values.Values (h * rows * values.Columns) (rows * values.Columns)

            scales
            |> Array.mapi (fun h scale -> {
                Columns = List.ofArray columns
                Scale = scale
                Values = if heads = 1 then values else Matrix.create rows values.Columns (ofHead h)
            })
            |> Ok

    let codec: Codec<TangentRows> =
        Codec.pair ("layout", Codec.json<Layout> "tangent-layout/1") ("values", Codec.matrix16)
        |> Codec.map
            "tangent-rows/1"
            (fun (rows: TangentRows) ->
                { Scale = rows.Scale; Columns = Array.ofList rows.Columns }, rows.Values)
            (fun (layout, values) -> lay [| layout.Scale |] layout.Columns values |> Result.map Array.head)

    /// The same texts' rows of several heads, one below another.
    let headsCodec: Codec<TangentRows[]> =
        Codec.pair ("layout", Codec.json<HeadsLayout> "tangent-heads/1") ("values", Codec.matrix16)
        |> Codec.map
            "tangent-rows-of-heads/1"
            (fun (rows: TangentRows[]) ->
                { Scales = rows |> Array.map _.Scale; Columns = Array.ofList rows[0].Columns },
                rows |> Array.map _.Values |> Array.reduce Matrix.stack)
            (fun (layout, values) -> lay layout.Scales layout.Columns values)

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
