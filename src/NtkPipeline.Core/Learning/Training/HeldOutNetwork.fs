namespace NtkPipeline.Core

/// A network that was trained, its weights, each 1 × P, and how its tangent kernel turned meanwhile.
type HeldOutNetwork = {
    Path: HeldOutPath
    /// θ before, and after the last epoch; of no use where it diverged.
    Initial: Matrix<float32>
    Final: Matrix<float32>
    /// Centred alignment of Θ̂_t, of several outputs the mean over them, with YYᵀ and with Θ̂_0 on the probe rows, after each epoch of the
    /// path. Y is the targets as they are learnt, rows × outputs.
    AlignmentWithTargets: float[]
    AlignmentWithInitial: float[]
}

[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module HeldOutNetwork =

    let codec: Codec<HeldOutNetwork> =
        Codec.pair
            ("path", HeldOutPath.codec)
            ("network",
             Codec.pair
                 ("weights", Codec.pair ("initial", Codec.matrix32) ("final", Codec.matrix32))
                 ("alignment", Codec.pair ("targets", Codec.vector) ("initial", Codec.vector)))
        |> Codec.map
            "task-network/2"
            (fun trained ->
                trained.Path,
                ((trained.Initial, trained.Final),
                 (trained.AlignmentWithTargets, trained.AlignmentWithInitial)))
            (fun (path, ((initial, final), (targets, start))) ->
                if initial.Rows <> 1 || final.Rows <> 1 || initial.Columns <> final.Columns then
                    Error
                        $"its weights are %d{initial.Rows} × %d{initial.Columns} and %d{final.Rows} × %d{final.Columns}"
                elif targets.Length <> path.Outputs.Rows || start.Length <> targets.Length then
                    Error
                        $"it has outputs of %d{path.Outputs.Rows} epochs and alignments of %d{targets.Length} and %d{start.Length}"
                else
                    Ok {
                        Path = path
                        Initial = initial
                        Final = final
                        AlignmentWithTargets = targets
                        AlignmentWithInitial = start
                    })
