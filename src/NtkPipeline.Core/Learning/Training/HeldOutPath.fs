namespace NtkPipeline.Core

/// What a network in training says of rows that it is not trained on.
type HeldOutPath = {
    /// f at these rows, one row for each epoch, from 0: of several outputs, those of a row side by side. Ends before the epoch of a
    /// divergence.
    Outputs: Matrix<float32>
    /// ‖Θ̂_t − Θ̂_0‖/‖Θ̂_0‖ after the same epochs, on some of the rows that are trained on.
    Movement: float[]
    /// The epoch in which the loss ceased to be finite or passed 10⁶ times its start.
    Diverged: int option
}

[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module HeldOutPath =

    let codec: Codec<HeldOutPath> =
        Codec.pair
            ("outputs", Codec.matrix32)
            ("course", Codec.pair ("movement", Codec.vector) ("diverged", Codec.json<int[]> "divergence/1"))
        |> Codec.map
            "held-out-path/1"
            (fun path -> path.Outputs, (path.Movement, Option.toArray path.Diverged))
            (fun (outputs, (movement, diverged)) ->
                if movement.Length = outputs.Rows then
                    Ok { Outputs = outputs; Movement = movement; Diverged = Array.tryHead diverged }
                else
                    Error $"it has outputs of %d{outputs.Rows} epochs and movements of %d{movement.Length}")
