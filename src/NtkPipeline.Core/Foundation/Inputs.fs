namespace NtkPipeline.Core

open System

/// Texts of differing lengths, each a matrix of tokens × features. A text ends with its last token that counts; what is masked within it
/// keeps its place.
type Sequences<'t> = private {
    AllTokens: Matrix<'t>
    AllStarts: int[]
    Counted: bool[]
} with

    /// The texts' tokens one after the other; those that do not count are 0.
    member this.Tokens = this.AllTokens
    /// The row at which each text begins, and after the last one how many rows there are.
    member this.Starts = this.AllStarts
    /// Whether each row of `Tokens` counts.
    member this.Valid = this.Counted
    member this.Count = this.AllStarts.Length - 1
    member this.Features = this.AllTokens.Columns
    /// Places of text i, those within it that do not count among them.
    member this.Length(i: int) = this.AllStarts[i + 1] - this.AllStarts[i]

/// What a network is given: a row each, or a text each.
type Inputs<'t> =
    | Rows of Matrix<'t>
    | Sequences of Sequences<'t>

[<RequireQualifiedAccess>]
module Sequences =

    /// Texts that begin at these rows, ascending from 0. Starts or a mask that do not fit the tokens are refused.
    let create (tokens: Matrix<'t>) (starts: int[]) (valid: bool[]) : Result<Sequences<'t>, string> =
        let isAscending = starts |> Array.pairwise |> Array.forall (fun (a, b) -> a <= b)

        if starts.Length = 0 || starts[0] <> 0 || not isAscending then
            Error "texts begin at ascending rows, the first at row 0"
        elif Array.last starts <> tokens.Rows then
            Error $"the texts end at row %d{Array.last starts}, and there are %d{tokens.Rows} rows of tokens"
        elif valid.Length <> tokens.Rows then
            Error $"the mask is of %d{valid.Length} tokens, and there are %d{tokens.Rows}"
        else
            let places = [|
                for i in 0 .. starts.Length - 2 do
                    let last = seq { starts[i + 1] - 1 .. -1 .. starts[i] } |> Seq.tryFind (fun k -> valid[k])

                    [| starts[i] .. defaultArg last (starts[i] - 1) |]
            |]

            let kept = Array.concat places
            let values = (Matrix.gatherRows kept tokens).Values

            kept
            |> Array.iteri (fun row k ->
                if not valid[k] then
                    Array.Clear(values, row * tokens.Columns, tokens.Columns))

            Ok {
                AllTokens = Matrix.create kept.Length tokens.Columns values
                AllStarts = places |> Array.map _.Length |> Array.scan (+) 0
                Counted = kept |> Array.map (fun k -> valid[k])
            }

    /// Texts of an array of texts × places × features, in C order, of which `valid` (texts × places) says what counts.
    let ofArray (texts: int) (places: int) (features: int) (values: 't[]) (valid: bool[]) =
        create
            (Matrix.create (texts * places) features values)
            (Array.init (texts + 1) (fun i -> i * places))
            valid

    /// Text i alone, tokens × features, and which of its tokens count.
    let text (i: int) (sequences: Sequences<'t>) : Matrix<'t> * bool[] =
        let start, length = sequences.Starts[i], sequences.Length i

        Matrix.gatherRows [| start .. start + length - 1 |] sequences.Tokens,
        Array.sub sequences.Valid start length

    /// Text i as an array of texts that holds it alone.
    let alone (i: int) (sequences: Sequences<'t>) : Sequences<'t> =
        let tokens, valid = text i sequences

        { AllTokens = tokens; AllStarts = [| 0; tokens.Rows |]; Counted = valid }
