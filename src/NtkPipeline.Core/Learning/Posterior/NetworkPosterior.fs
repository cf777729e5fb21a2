namespace NtkPipeline.Core

open FsToolkit.ErrorHandling

/// Which law of a network's outputs is asked for.
[<RequireQualifiedAccess>]
type PosteriorKind =
    /// The Gaussian process that the network is at random: exact Bayesian inference, or its last layer trained to the end.
    | Nngp
    /// Networks drawn at random and then trained by gradient descent, all layers (Lee et al. 2019, eq. 16).
    | NtkEnsemble
    /// A Gaussian process whose covariance is the tangent kernel.
    | NtkGp

[<RequireQualifiedAccess>]
module PosteriorKind =

    let all = [ PosteriorKind.Nngp; PosteriorKind.NtkEnsemble; PosteriorKind.NtkGp ]

    let print (kind: PosteriorKind) : string =
        match kind with
        | PosteriorKind.Nngp -> "nngp"
        | PosteriorKind.NtkEnsemble -> "ntk-ensemble"
        | PosteriorKind.NtkGp -> "ntk-gp"

    let parse (text: string) : PosteriorKind option = all |> List.tryFind (fun kind -> print kind = text)

/// A posterior and what its solve is worth.
type CertifiedPosterior = {
    Posterior: Posterior
    Certificate: Certificate
    /// λ as it was added to the diagonal.
    Ridge: float
    RelativeRidge: float
}

/// Posteriors at infinite width, from a network and inputs.
[<RequireQualifiedAccess>]
module NetworkPosterior =

    let private kernels gram network x z =
        result {
            let! own = gram network x None
            let! cross = gram network z (Some x)
            let! asked = gram network z None

            return
                KernelMatrix.Double own,
                { Cross = KernelMatrix.Double cross; Own = KernelMatrix.Double asked }
        }

    let private addRidge ridge (kernel: KernelMatrix) =
        match kernel with
        | KernelMatrix.Double m ->
            KernelMatrix.Double(
                Matrix.init m.Rows m.Columns (fun i j -> m[i, j] + if i = j then ridge else 0.0)
            )
        | KernelMatrix.Single _ -> invalidArg (nameof kernel) "posteriors are computed in float64"

    let private name kind = $"the %s{PosteriorKind.print kind} kernel of the training inputs"

    let private toTheEnd = Training.Flow(infinity * 1.0<flow>)

    /// Exact inference for a Gaussian process with this prior.
    let private inference name spectrum ridge driving targets asked =
        result {
            let! certificate = SolveTrust.certify name spectrum driving ridge targets
            let! posterior = GaussianProcess.regression name spectrum ridge targets asked
            return posterior, certificate
        }

    /// Networks of this prior, trained by their driving kernel.
    let private trained name spectrum ridge driving targets training prior (tangent: KernelMatrix) asked =
        result {
            let shifted = Spectrum.shift ridge spectrum
            let zeros = Matrix.map (fun _ -> 0.0) targets
            let! outcomes = ClosedForm.train shifted zeros targets [ training ]

            let! certificate =
                KernelDescent.certify name shifted driving ridge zeros targets training outcomes.Head

            let! posterior = GaussianProcess.ensemble name shifted prior training targets tangent asked
            return posterior, certificate
        }

    /// Targets are N × outputs, `x` and `z` inputs a row each, `noise` ≥ 0 is the noise's variance, added to the diagonal of the kernel
    /// that is solved with. `training` none: to the end. A process that is trained for some time has its last layer trained, by its own
    /// kernel, on targets of that noise.
    let run
        (kind: PosteriorKind)
        (network: Network)
        (x: Matrix<float>)
        (targets: Matrix<float>)
        (z: Matrix<float>)
        (noise: RidgeValue)
        (training: Training option)
        : Result<CertifiedPosterior, PipelineError> =
        let name = $"the %s{PosteriorKind.print kind} kernel of the training inputs"

        result {
            if targets.Rows <> x.Rows || targets.Columns = 0 then
                return!
                    Error(
                        DataRefused
                            $"there are %d{x.Rows} training inputs and %d{targets.Rows} rows of targets"
                    )

            do! RegressionTargets.checkFinite targets
            let gram = if kind = PosteriorKind.Nngp then Gram.nngp64 else Gram.ntk64
            let! driving, asked = kernels gram network x z
            let! spectrum = Spectrum.decompose name driving
            let! mean = KernelMatrix.meanDiagonal name driving
            let ridge = RidgeValue.absolute mean noise

            let! posterior, certificate =
                match kind, training with
                | (PosteriorKind.Nngp | PosteriorKind.NtkGp), None ->
                    inference name spectrum ridge driving targets asked
                | (PosteriorKind.Nngp | PosteriorKind.NtkGp), Some training ->
                    let prior = addRidge ridge driving
                    trained name spectrum ridge driving targets training prior asked.Cross asked
                | PosteriorKind.NtkEnsemble, _ ->
                    result {
                        let! prior, priorAsked = kernels Gram.nngp64 network x z
                        let training = defaultArg training toTheEnd

                        return!
                            trained name spectrum ridge driving targets training prior asked.Cross priorAsked
                    }

            return {
                Posterior = posterior
                Certificate = certificate
                Ridge = ridge
                RelativeRidge = ridge / mean
            }
        }
