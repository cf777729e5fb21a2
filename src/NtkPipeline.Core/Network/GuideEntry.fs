namespace NtkPipeline.Core

/// An argument of a layer, for people; without a default it must be given.
type ArgumentGuide = { Written: string; Default: string option; Meaning: string }

/// What the language's page says of one name, and what a refusal of a text shows as the nearest legal form.
type LayerGuide = {
    Name: string
    /// How it is written with every argument that it takes.
    Form: string
    /// A whole network that has it; the parser takes it.
    Example: string
    Meaning: string
    Arguments: ArgumentGuide list
    /// What of it plays no part in kernels of infinite width; empty where all of it does.
    Ignored: string
}

[<RequireQualifiedAccess>]
module internal GuideEntry =

    /// Of an argument that has to be given.
    let required: string option = None

    let argument (written: string) (usual: string option) (meaning: string) : ArgumentGuide = {
        Written = written
        Default = usual
        Meaning = meaning
    }
