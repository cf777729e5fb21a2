/// What a run might find of its kernel.
module NtkPipeline.Tests.SampleKernel

open System
open NtkPipeline.Core
open NtkPipeline.Tests.SampleData

let private ridgePoint (ridge: float) : RidgePoint =
    let t = log10 (ridge / 0.4)
    let hill = 0.806 - 0.008 * t * t

    {
        Ridge = ridge
        RelativeRidge = ridge
        EffectiveDimension = 6090.0 / (1.0 + Math.Pow(40.0 * ridge, 0.6))
        TrainAccuracy = Some(0.985 / (1.0 + 0.09 * Math.Pow(ridge, 0.4)))
        CvAccuracy = Some hill
        CvF1 = Some(hill - 0.05)
        CvError = Some(0.58 + 0.03 * t * t)
        LooAccuracy = Some(hill + 0.002 * sin (5.0 * t))
        LooError = 0.575 + 0.031 * t * t
        Gcv = 0.57 + 0.03 * t * t
        LogLikelihood = Some(-7000.0 - 300.0 * t * t)
    }

let kernel: KernelRegression =
    let path = Array.init 33 (fun k -> ridgePoint (Math.Pow(10.0, -4.0 + 7.0 * float k / 32.0)))

    {
        Path = path
        Chosen = path |> Array.maxBy _.CvAccuracy
        Targets = TargetCoding.PlusMinus
        ChosenBy = RidgeChoice.CrossValidation
        Folds = 5
        MeanDiagonal = 1.0
        Certificate = {
            Residual = 3.1e-15
            ConditionNumber = 2.4e3
            DigitsLost = 3.38
            Clipped = 3
            MostNegative = -4.2e-6
        }
        Validation = scores "kernel" 0.806
        SmallestRidge = path[0].Ridge
        SmallestRidgeValidation = scores "ridgeless" 0.785
        SmallestRidgeOutputs = Array.init validationRows (fun k -> noise $"kernel/ridgeless/%d{k}")
        Coefficients = [||]
        LeftOutOutputs = Array.init 6090 (fun k -> noise $"kernel/left-out/%d{k}")
        ValidationOutputs = Array.init validationRows (fun k -> noise $"kernel/%d{k}")
        TestOutputs = Array.init 3263 (fun k -> noise $"kernel/test/%d{k}")
        Refit =
            Some {
                Rows = 7613
                LooAccuracy = 0.817
                LooAccuracyAsGiven = 0.809
                LooError = 0.55
            }
    }

let picture: KernelPicture =
    let size, negative = 60, 34

    {
        Size = size
        Negative = negative
        Values =
            Array.init (size * size) (fun k ->
                let i, j = k / size, k % size
                let alike = (i < negative) = (j < negative)

                (if i = j then 0.34
                 elif alike then 0.32
                 else 0.3)
                + 0.006 * noise $"block/%d{min i j}/%d{max i j}")
        Eigenvalues =
            Array.init 6090 (fun k ->
                if k = 0 then 1900.0
                elif k > 6086 then 0.0
                else 60.0 / Math.Pow(float k, 0.62))
    }
