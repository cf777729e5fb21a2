namespace NtkPipeline.Core

/// A result that numbers were made of.
type Source = {
    /// The name of the stage that made it, or of a file.
    Stage: string
    /// The digest of its bytes in full, as `ntk why STAGE` prints it.
    Digest: string
}

[<RequireQualifiedAccess>]
module Source =

    /// What an artifact was made of, each once, in the order of its making.
    let ofArtifact (artifact: Artifact<'a>) : Source list =
        artifact.Parts
        |> List.distinct
        |> List.map (fun (origin, digest) -> { Stage = origin; Digest = digest.Hex })

    /// As many of the digits as tell results apart.
    let short (source: Source) : string = source.Digest[..11]
