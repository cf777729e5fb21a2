namespace NtkPipeline.Core

/// Kernels of every depth and phase, as tables.
[<RequireQualifiedAccess>]
module DepthTables =

    let private short (x: float) = ($"%.3g{x}").Replace('-', '−')
    let private shown (value: float option) = value |> Option.map short |> Option.defaultValue "–"

    let private kernelCells (kernel: DepthKernel) = [
        NumberCell(shown kernel.Condition)
        NumberCell(short kernel.EffectiveRank)
        NumberCell(short kernel.Correlation)
        NumberCell(short kernel.Spread)
        NumberCell(short kernel.RelativeRidge)
        NumberCell(VerdictWords.percent kernel.Accuracy)
    ]

    let private kernelHeadings = [
        NumberCell "λ_max/λ_min"
        NumberCell "effective rank"
        NumberCell "mean correlation"
        NumberCell "its spread"
        NumberCell "ridge"
        NumberCell "leave-one-out"
    ]

    let all (evidence: DepthEvidence) : ChapterTable list = [
        {
            Title = "Kernels by family and depth"
            Headings = TextCell "network" :: NumberCell "hidden layers" :: kernelHeadings
            Rows = [
                for family, layers, kernel in evidence.Families do
                    TextCell(DepthFamily.print family) :: NumberCell(string layers) :: kernelCells kernel
            ]
            Notes = [
                "Ridges are over the mean diagonal. A dash: λ_min cannot be told from 0 in float64."
            ]
        }
        {
            Title = "Deep erf kernels in the plane of phases"
            Headings =
                NumberCell "σ_w²"
                :: NumberCell "χ"
                :: NumberCell "ξ"
                :: NumberCell "hidden layers"
                :: kernelHeadings
            Rows = [
                for weight, layers, kernel in evidence.Phases do
                    let place = (DepthPhase.place Erf.activation weight evidence.BiasVariance).Propagation

                    NumberCell(short weight)
                    :: NumberCell(short place.Slope)
                    :: NumberCell(shown place.DepthScale)
                    :: NumberCell(string layers)
                    :: kernelCells kernel
            ]
            Notes = [ $"σ_b² = %g{evidence.BiasVariance}. Correlations are those of K." ]
        }
    ]
