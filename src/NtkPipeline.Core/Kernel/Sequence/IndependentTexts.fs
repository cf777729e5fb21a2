namespace NtkPipeline.Core

open System.Threading.Tasks

/// Texts of independent tokens, prepared for kernels with others.
[<NoEquality; NoComparison>]
type IndependentTexts = {
    /// The distinct tokens that count, some together as a text.
    Words: PreparedTexts
    /// Of each text, the numbers of its tokens.
    Numbers: int[][]
    /// What layers above the pool ask of each text, and of all beside each other.
    Steps: OwnStep[][]
    Beside: ColumnStep[]
}

/// Kernels whose layers below a pool take each token by itself: there an entry depends on two tokens alone, so every two distinct tokens
/// meet once, however often they stand in texts, and a pair of texts is a sum over such entries.
[<RequireQualifiedAccess>]
module IndependentTexts =

    /// Σ over tokens s of one text and t of another, over n_x n_z for a mean; 0 where there are none. One order of summing, whatever
    /// that of the tokens is, so that a text has with its copies what it has with itself.
    let private pool
        (layer: TokenLayer)
        (entries: float[])
        (columns: int)
        (left: int[])
        (right: int[])
        : float =
        let mutable sum = 0.0

        for s in left do
            let row = s * columns

            for t in right do
                sum <- sum + entries[row + t]

        if layer = TokenLayer.MeanPool then
            sum / (float (max 1 left.Length) * float (max 1 right.Length))
        else
            sum

    let private gathered withTheta (count: int) : TokenBlock =
        TokenBlock.create [| true |] (TokenColumns.gathered count) withTheta 1

    /// What the layers above the pool ask of a text, from its tokens with each other: the same bits as among other texts' tokens.
    let private own integrals (cut: PoolCut) units (text: Sequences<float>) : OwnStep[] =
        let words, numbers = DistinctTokens.ofTexts text
        let words = PreparedTexts.create integrals cut.Below words
        let struct (k, _, columns) = DistinctTokens.table integrals cut.Below false words words
        let block = { gathered false 1 with Units = units }
        block.K[0] <- pool cut.Pool k columns numbers[0] numbers[0]
        let steps, top = OwnSteps.note integrals cut.Above block
        TokenBlock.free top
        steps

    let create (integrals: Integrals) (cut: PoolCut) (source: Sequences<float>) : IndependentTexts =
        let words, numbers = DistinctTokens.ofTexts source
        let units = PoolCut.units cut source.Features

        let steps =
            Array.init source.Count (fun i -> Sequences.alone i source)
            |> Array.Parallel.map (own integrals cut units)

        {
            Words = PreparedTexts.create integrals cut.Below words
            Numbers = numbers
            Steps = steps
            Beside = if steps.Length = 0 then [||] else OwnSteps.beside 0 steps
        }

    /// K or Θ of text i of x with all of z.
    let private row
        (rule: SequenceRule<'t>)
        (cut: PoolCut)
        (x: IndependentTexts)
        i
        (z: IndependentTexts)
        struct (k, theta, columns)
        : float[] =
        let block = {
            gathered rule.HasTheta z.Numbers.Length with
                Units = PoolCut.units cut x.Words.Source.Features
        }

        for j in 0 .. z.Numbers.Length - 1 do
            block.K[j] <- pool cut.Pool k columns x.Numbers[i] z.Numbers[j]

            if rule.HasTheta then
                block.Theta[j] <- pool cut.Pool theta columns x.Numbers[i] z.Numbers[j]

        let top = BlockWalk.through rule.Integrals (OwnSteps.give x.Steps[i] z.Beside ignore) cut.Above block
        let values = Array.init z.Numbers.Length (fun j -> rule.Factor * (rule.Plane top)[j])
        TokenBlock.free top
        values

    let between (rule: SequenceRule<'t>) cut height width (x: IndependentTexts) (z: IndependentTexts) : 't[] =
        let values = Array.zeroCreate (height * width)
        let entries = DistinctTokens.table rule.Integrals cut.Below rule.HasTheta x.Words z.Words

        Parallel.For(
            0,
            height,
            fun i ->
                row rule cut x i z entries |> Array.iteri (fun j v -> values[i * width + j] <- rule.Convert v)
        )
        |> ignore

        values

    let symmetric (rule: SequenceRule<'t>) cut height (x: IndependentTexts) : 't[] =
        let values = Array.zeroCreate (height * height)
        let entries = DistinctTokens.table rule.Integrals cut.Below rule.HasTheta x.Words x.Words

        Parallel.For(
            0,
            height,
            fun i ->
                row rule cut x i x entries
                |> Array.iteri (fun j v ->
                    if j >= i then
                        values[i * height + j] <- rule.Convert v
                        values[j * height + i] <- rule.Convert v)
        )
        |> ignore

        values
