namespace NtkPipeline.Core

open FsToolkit.ErrorHandling
open TorchSharp

/// What random finite networks over texts give, for texts in memory, in float64: the mean of their kernels, and the spectrum of one's.
[<RequireQualifiedAccess>]
module SampledTexts =

    /// Texts as rows, checked as those of an analytic kernel are. Refused is a network that has outputs at every place.
    let private rows what (network: Network) (x: TextSource) (z: TextSource option) =
        let refuse reason = NumbersRefused $"%s{what}: %s{reason}"

        result {
            do! Network.finite network |> Result.map ignore |> Result.mapError refuse

            do!
                if Network.gathers network then
                    Ok()
                else
                    Error(
                        refuse
                            "the network has outputs at every place of a text, and this is of one output a text; write a pool, mean-pool or sum-pool"
                    )

            do! EmpiricalTexts.checkPlaces network x z |> Result.mapError refuse
            let! _ = TextCheck.lengths network x z
            let read (source: TextSource) = source.Rows.Read 0 source.Rows.RowCount
            let! ofX = read x
            let! ofZ = z |> Option.map read |> Option.sequenceResult

            if ofX.Rows = 0 || (ofZ |> Option.exists (fun z -> z.Rows = 0)) then
                return! Error(refuse "it needs texts, and there are none")

            return ofX, ofZ
        }

    /// One network's kernel with what it is made of, and the running mean and squares.
    let private bytes (network: Network) (x: TextSource) (z: TextSource option) =
        let columns = (defaultArg z x).Rows.RowCount

        let size = {
            TokenFeatures = x.Features
            MostPlaces = max x.Places (defaultArg z x).Places
            Texts = x.Rows.RowCount
            Others = z |> Option.map _.Rows.RowCount
            NumberBytes = 8
        }

        (TextCost.ofMethod network size (max x.Rows.RowCount columns) Structured).Bytes
        + 144.0 * float x.Rows.RowCount * float columns

    /// The mean over networks and its standard error for the texts of x with those of z (none: with themselves). `tell` is told how many
    /// networks are done.
    let monteCarlo
        (machine: KernelMachine)
        (tell: int -> unit)
        (request: MonteCarloRequest)
        (x: TextSource)
        (z: TextSource option)
        : Result<Estimate, PipelineError> =
        result {
            let! ofX, ofZ = rows "Monte Carlo kernel" request.Sampled x z
            let needed = bytes request.Sampled x z

            if needed > machine.Memory then
                return!
                    Error(
                        MachineLacks
                            $"Monte Carlo kernel: %d{ofX.Rows} texts need %s{MemoryNeed.whole needed} of memory, since mean and error are held whole, and %s{MemoryNeed.whole machine.Memory} may be used; take fewer texts"
                    )

            let found = MonteCarloKernel.estimate machine tell request (TextTensor.ofRows x.Features) ofX ofZ

            do! MonteCarloKernel.checkFound "texts" found
            return found
        }

    /// The distance to the analytic kernel, on a bounded number of texts; none where that is 0.
    let gap
        (machine: KernelMachine)
        (request: MonteCarloRequest)
        (x: TextSource)
        (z: TextSource option)
        (found: Estimate)
        : Result<MonteCarloGap option, PipelineError> =
        let rows, columns = TextGap.spread found.Mean.Rows, TextGap.spread found.Mean.Columns
        let wanted = { Architecture = request.Sampled; Kind = request.SampledKind; Finite = None }
        let gather = Matrix.gather rows columns

        TextGap.analytic machine wanted (rows, columns) x z
        |> Result.map (fun exact ->
            let mean, error = gather found.Mean, gather found.StandardError
            let largest = exact |> Array.fold (fun most value -> max most (abs value)) 0.0

            AnalyticGap.relative rows.Length columns.Length largest (Array.get exact) mean.Values
            |> Option.map (MonteCarloKernel.inErrors mean.Values exact error.Values))

    /// `KernelSpectrum.top` of texts.
    let spectrum
        (machine: KernelMachine)
        (network: Network)
        (seed: uint64)
        (count: int)
        (x: TextSource)
        : Result<KernelSpectrum, PipelineError> =
        result {
            let! ofX, _ = rows "spectrum" network x None
            return! KernelSpectrum.topOfTexts machine x.Features network seed count ofX
        }
