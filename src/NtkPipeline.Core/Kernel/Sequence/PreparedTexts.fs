namespace NtkPipeline.Core

/// A text, and what its own recursion gives for kernels with others.
[<NoEquality; NoComparison>]
type PreparedText = {
    Valid: bool[]
    /// Its tokens, as `TokenPanels.rows` has them.
    Rows: float[]
    Given: GivenTokens
    Steps: OwnStep[]
    IsOrdinary: bool
}

/// Some texts in a row as columns.
[<NoEquality; NoComparison>]
type TextGroup = {
    /// The number of its first text.
    First: int
    Columns: TokenColumns
    Panels: TokenPanels
    Given: GivenTokens
    Steps: ColumnStep[]
}

/// Texts, prepared once for kernels with all others above some layers.
[<NoEquality; NoComparison>]
type PreparedTexts = { Source: Sequences<float>; Texts: PreparedText[]; Groups: TextGroup[] }

[<RequireQualifiedAccess>]
module PreparedTexts =

    /// K(x, z)/d of a text's tokens with all columns, and Θ = 0.
    let private inputs withTheta (valid: bool[]) rows columns (panels: TokenPanels) : TokenBlock =
        let block = TokenBlock.create valid columns withTheta panels.Features
        TokenPanels.multiply rows valid.Length panels (1.0 / float panels.Features) columns.Width block.K
        block

    /// The block of a text with itself, without Θ.
    let alone (margin: int) (tokens: Matrix<float>) (valid: bool[]) : TokenBlock =
        let columns = TokenColumns.create margin [| valid |]
        inputs false valid (TokenPanels.rows tokens) columns (TokenPanels.create columns [| tokens |])

    let private own
        integrals
        (layers: Layer list)
        (margin: int)
        (tokens: Matrix<float>)
        (valid: bool[])
        : PreparedText =
        let block = alone margin tokens valid
        let given = NearCopies.given tokens block
        let steps, top = OwnSteps.note integrals layers block
        TokenBlock.free top

        {
            Valid = valid
            Rows = TokenPanels.rows tokens
            Given = given
            Steps = steps
            IsOrdinary = OwnSteps.areOrdinary steps
        }

    /// Columns of one group, but for texts that are longer alone: a text's plane with as many fits a core's cache.
    let private most = 256

    /// The texts' groups, each its first and how many they are.
    let private shares (margin: int) (texts: PreparedText[]) =
        let width (text: PreparedText) = TokenColumns.up (max 1 text.Valid.Length + margin)

        (([], 0), Seq.indexed texts)
        ||> Seq.fold (fun (groups, taken) (i, text) ->
            match groups with
            | (first, count) :: rest when taken + width text <= most ->
                (first, count + 1) :: rest, taken + width text
            | groups -> (i, 1) :: groups, width text)
        |> fst
        |> List.rev
        |> Array.ofList

    /// The texts prepared for kernels above these layers.
    let create (integrals: Integrals) (layers: Layer list) (source: Sequences<float>) : PreparedTexts =
        let margin = TokenColumns.margin layers
        let pairs = Array.init source.Count (fun i -> Sequences.text i source)

        let texts =
            pairs |> Array.Parallel.map (fun (tokens, valid) -> own integrals layers margin tokens valid)

        let group (first, count) =
            let some = texts[first .. first + count - 1]
            let columns = TokenColumns.create margin (some |> Array.map _.Valid)

            {
                First = first
                Columns = columns
                Panels = TokenPanels.create columns (pairs[first .. first + count - 1] |> Array.map fst)
                Given = NearCopies.beside columns (some |> Array.map _.Given)
                Steps = OwnSteps.beside margin (some |> Array.map _.Steps)
            }

        {
            Source = source
            Texts = texts
            Groups = shares margin texts |> Array.map group
        }

    /// Whether an angle that rounding has closed would tell.
    let rec private bends (layers: Layer list) : bool =
        layers
        |> List.exists (fun layer ->
            match layer with
            | Activate phi -> (Activation.linearPieces phi).IsSome
            | Residual branch -> bends branch
            | Dense _
            | LayerNorm _
            | Tokens _ -> false)

    /// The block above the layers of a text with a group of others, and which of these are suspect where Θ is wanted: see `NearCopies`,
    /// `TokenBlock.layerNorm` and `BendColumns`.
    let meet
        integrals
        (layers: Layer list)
        withTheta
        (text: PreparedText)
        (group: TextGroup)
        : TokenBlock * bool[] =
        let suspects = Array.create group.Columns.Masks.Length (not text.IsOrdinary)
        let asked = OwnSteps.give text.Steps group.Steps (fun i -> suspects[i] <- true)
        let below = inputs withTheta text.Valid text.Rows group.Columns group.Panels

        if withTheta && bends layers then
            NearCopies.find text.Given group.Given (asked.Suspect below) below

        BlockWalk.through integrals asked layers below, suspects
