namespace NtkPipeline.Core

open System.Collections.Generic

/// What one layer asks of a text's own moments.
[<RequireQualifiedAccess>]
type OwnStep =
    /// K(x, x)[s, s] of its places there.
    | Norms of isGathered: bool * mask: bool[] * values: float[]
    /// Attention's scores.
    | Scores of scores: float[] * places: int

/// What one layer asks of the own moments of texts beside each other.
[<RequireQualifiedAccess>]
type ColumnStep =
    | Norms of float[]
    | Scores of float[][]

/// Walking over layers: alone, a text notes what layers ask of it; with others, that is given.
[<RequireQualifiedAccess>]
module OwnSteps =

    /// A text's own recursion, from its block with itself on: what layers ask, and the block on top.
    let note (integrals: Integrals) (layers: Layer list) (block: TokenBlock) : OwnStep[] * TokenBlock =
        let steps = List<OwnStep>()

        let asked = {
            Norms =
                fun block ->
                    let start = block.Columns.Starts[0]
                    let p = Array.init block.Rows (fun s -> max 0.0 block.K[s * block.Width + start + s])
                    steps.Add(OwnStep.Norms(block.Columns.IsGathered, block.Left, p))
                    struct (p, TokenColumns.place block.Columns [| p |])
            Scores =
                fun attention block ->
                    let n, start = block.Rows, block.Columns.Starts[0]
                    let xx = Array.init (n * n) (fun k -> block.K[k / n * block.Width + start + k % n])
                    let scores = AttentionScores.ofMoments attention block.Left xx
                    steps.Add(OwnStep.Scores(scores, n))
                    struct (scores, [| AttentionColumns.turned scores n |])
            Suspect = fun _ _ -> ()
        }

        let top = BlockWalk.through integrals asked layers block
        steps.ToArray(), top

    let private unlike () = invalidOp "texts ask alike below one network"

    /// The steps of texts that stand beside each other.
    let beside (margin: int) (texts: OwnStep[][]) : ColumnStep[] =
        Array.init texts[0].Length (fun k ->
            match texts[0][k] with
            | OwnStep.Norms(isGathered, _, _) ->
                let masks, values =
                    texts
                    |> Array.map (fun steps ->
                        match steps[k] with
                        | OwnStep.Norms(_, mask, values) -> mask, values
                        | OwnStep.Scores _ -> unlike ())
                    |> Array.unzip

                ColumnStep.Norms(TokenColumns.place (TokenColumns.like isGathered margin masks) values)
            | OwnStep.Scores _ ->
                texts
                |> Array.map (fun steps ->
                    match steps[k] with
                    | OwnStep.Scores(scores, places) -> AttentionColumns.turned scores places
                    | OwnStep.Norms _ -> unlike ())
                |> ColumnStep.Scores)

    /// What layers are given of a text and of those beside each other; `suspect` is told the latter's numbers.
    let give (row: OwnStep[]) (columns: ColumnStep[]) (suspect: int -> unit) : OwnMoments =
        let next = ref 0

        let step () =
            next.Value <- next.Value + 1
            struct (row[next.Value - 1], columns[next.Value - 1])

        {
            Norms =
                fun _ ->
                    match step () with
                    | struct (OwnStep.Norms(_, _, p), ColumnStep.Norms q) -> struct (p, q)
                    | _ -> unlike ()
            Scores =
                fun _ _ ->
                    match step () with
                    | struct (OwnStep.Scores(gx, _), ColumnStep.Scores gz) -> struct (gx, gz)
                    | _ -> unlike ()
            Suspect =
                fun block column ->
                    let found = System.Array.BinarySearch(block.Columns.Starts, column)
                    suspect (if found >= 0 then found else ~~~found - 1)
        }

    let private ask (areGood: float[] -> bool) (steps: OwnStep[]) : bool =
        steps
        |> Array.forall (fun step ->
            match step with
            | OwnStep.Norms(_, _, values) -> areGood values
            | OwnStep.Scores _ -> true)

    /// Whether moments are far from where float64 ends, so that what is made of them is good.
    let areOrdinary (steps: OwnStep[]) : bool = ask (Array.forall BendColumns.isOrdinary) steps

    /// The same of one place alone, where all layers leave places as they are.
    let isOrdinaryAt (place: int) (steps: OwnStep[]) : bool =
        ask (fun values -> BendColumns.isOrdinary values[place]) steps
