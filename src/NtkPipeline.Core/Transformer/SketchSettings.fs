namespace NtkPipeline.Core

/// How many numbers a text's gradients are kept as.
type SketchSettings = {
    /// R, the rows that a layer's δ and a are projected to.
    Rank: int
    /// b, the rows of a block: a weight matrix becomes R·b numbers. R is a multiple of it.
    Block: int
    /// The numbers that all biases of a block become, and all its norms.
    Rest: int
}

[<RequireQualifiedAccess>]
module SketchSettings =

    let defaults: SketchSettings = { Rank = 128; Block = 8; Rest = 512 }

    let private most = 8192

    /// The settings, or why they cannot be.
    let check (settings: SketchSettings) : Result<SketchSettings, string> =
        let refuse name value = Error $"%s{name} %d{value}: a whole number from 1 to %d{most} is wanted"

        if settings.Rank < 1 || settings.Rank > most then
            refuse "rank" settings.Rank
        elif settings.Block < 1 || settings.Block > settings.Rank then
            Error $"block %d{settings.Block}: a whole number from 1 to the rank, %d{settings.Rank}, is wanted"
        elif settings.Rank % settings.Block <> 0 then
            Error $"block %d{settings.Block}: the rank, %d{settings.Rank}, is no multiple of it"
        elif settings.Rest < 1 || settings.Rest > most then
            refuse "rest" settings.Rest
        else
            Ok settings
