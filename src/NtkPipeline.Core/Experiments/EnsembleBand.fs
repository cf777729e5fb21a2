namespace NtkPipeline.Core

open MathNet.Numerics.Distributions

/// Networks against the band that theory draws for them, after some steps.
type BandTime = {
    Steps: int
    /// Share of outputs, over networks and validation rows, within two standard deviations of theory's mean; its 95% band over networks.
    /// Theory says `EnsembleBand.expected`.
    Inside: Difference
    /// S (m̂ − μ)²/σ², meaned over validation rows, m̂ being the mean of S networks: the mean's squared z-score. Theory says 1.
    MeanSquare: float
    /// What it passes with a chance of 5% if theory is right. Outputs of neighbouring tweets go together, so that rows count for fewer.
    Limit: float
    /// Two standard deviations of a network's output, and of the mean of S of them, root mean square over rows.
    Width: float
    MeanWidth: float
}

/// A tweet's output through training: in theory, and in every network.
type TweetPath = {
    Id: RowId
    /// At each of `TheorySteps`.
    Theory: MeanDeviation[]
    /// At each of `Steps`: one number a network.
    Networks: float[][]
}

type LossPath = { Theory: MeanDeviation[]; Networks: float[][] }

/// Networks that are not centred, beside the law of infinitely wide ones.
type BandEvidence = {
    Width: int
    TrainRows: int
    ValidationRows: int
    /// Networks that ended.
    Networks: int
    Diverged: int
    /// After which networks were looked at, ascending, without 0; and after which theory was asked, these among them.
    Steps: int[]
    TheorySteps: int[]
    Times: BandTime[]
    Tweets: TweetPath[]
    TrainLoss: LossPath
    ValidationLoss: LossPath
    Setting: string
}

[<RequireQualifiedAccess>]
module EnsembleBand =

    /// The chance that a Gaussian lies within two standard deviations of its mean.
    let expected = 0.9545

    /// Of an output at `row`: theory's moments.
    let momentsAt (posterior: Posterior) (row: int) : MeanDeviation = {
        Mean = posterior.Mean[row, 0]
        Deviation = sqrt posterior.Covariance[row, row]
    }

    /// The mean of some shares with the 95% band of Student's t, within 0 … 1.
    let private meanWithBand (shares: float[]) : Difference =
        let mean, n = Array.average shares, float shares.Length
        let variance = (shares |> Array.sumBy (fun share -> (share - mean) ** 2.0)) / (n - 1.0)
        let reach = StudentT.InvCDF(0.0, 1.0, n - 1.0, 0.975) * sqrt (variance / n)

        { Value = mean; Lower = max 0.0 (mean - reach); Upper = min 1.0 (mean + reach) }

    /// How many independent rows rows of this law amount to, n²/‖R‖_F² for the correlations R (Satterthwaite 1946): a weighted sum of
    /// χ² with the mean and the variance of the mean square is taken for one χ².
    let independent (posterior: Posterior) (rows: int[]) : float =
        let covariance = posterior.Covariance

        let squares =
            rows
            |> Array.sumBy (fun i ->
                rows
                |> Array.sumBy (fun j ->
                    let product = covariance[i, i] * covariance[j, j]
                    if product > 0.0 then covariance[i, j] * covariance[i, j] / product else 0.0))

        if squares > 0.0 then
            float rows.Length * float rows.Length / squares
        else
            float rows.Length

    /// One time: theory's law, of which `rows` are the validation rows, and every network's outputs on these, two networks at least.
    let compare (steps: int) (posterior: Posterior) (rows: int[]) (outputs: float[][]) : BandTime =
        let laws = rows |> Array.map (momentsAt posterior)
        let s = float outputs.Length
        // A row without variance agrees if it agrees but for rounding.
        let isInside (law: MeanDeviation) f = abs (f - law.Mean) <= 2.0 * law.Deviation + 1e-9

        let inside (f: float[]) =
            Array.map2 isInside laws f |> Array.averageBy (fun within -> if within then 1.0 else 0.0)

        let squared k (law: MeanDeviation) =
            let mean = outputs |> Array.averageBy (fun f -> f[k])

            if law.Deviation > 0.0 then
                s * (mean - law.Mean) ** 2.0 / (law.Deviation ** 2.0)
            else
                0.0

        let freedom = independent posterior rows
        let width = 2.0 * sqrt (laws |> Array.averageBy (fun law -> law.Deviation ** 2.0))

        {
            Steps = steps
            Inside = outputs |> Array.map inside |> meanWithBand
            MeanSquare = laws |> Array.mapi squared |> Array.average
            Limit = ChiSquared.InvCDF(freedom, 0.95) / freedom
            Width = width
            MeanWidth = width / sqrt s
        }

    /// Rows whose outputs theory expects lowest, highest, and at the two thirds between: chosen without any label or network.
    let spreadOut (posterior: Posterior) (rows: int[]) : int[] =
        let sorted = rows |> Array.sortBy (fun row -> posterior.Mean[row, 0], row)
        let last = sorted.Length - 1
        [| 0; last / 3; 2 * last / 3; last |] |> Array.map (fun place -> sorted[place]) |> Array.distinct

    let private percent = VerdictWords.percent

    let private after (evidence: BandEvidence) (time: BandTime) =
        $"""After %s{VerdictWords.count "step" time.Steps}, of %d{evidence.Networks} networks on %s{VerdictWords.tweets evidence.ValidationRows},"""

    let private tooFew (evidence: BandEvidence) =
        $"Of %s{VerdictWords.networks (evidence.Networks + evidence.Diverged)} %d{evidence.Networks} ended; a band over networks takes two."

    let private verdict claim (evidence: BandEvidence) judge =
        let holds, words =
            if evidence.Times.Length = 0 then
                None, tooFew evidence
            else
                judge evidence (Array.last evidence.Times)

        { Claim = claim; Setting = evidence.Setting; Holds = holds; Evidence = words }

    /// `tolerance`: a share's whole band within so much of theory's.
    let staysInside (tolerance: float) : Claim<BandEvidence> =
        let name = "Really trained networks lie within theory's two standard deviations"

        let judge (evidence: BandEvidence) (last: BandTime) =
            let band = last.Inside
            let low, high = expected - tolerance, expected + tolerance

            let holds =
                if band.Lower >= low && band.Upper <= high then Some true
                elif band.Upper < low || band.Lower > high then Some false
                else None

            let meaning =
                match holds with
                | Some true -> $"which is theory's %s{percent expected} to within %s{percent tolerance}"
                | Some false -> $"which is not theory's %s{percent expected}"
                | None ->
                    $"too wide a band to tell it from theory's %s{percent expected} to within %s{percent tolerance}"

            holds,
            $"%s{after evidence last} %s{percent band.Value} of all outputs lie inside (95%% band over networks %s{percent band.Lower} to %s{percent band.Upper}), %s{meaning}."

        { Name = name; Judge = fun evidence -> [| verdict name evidence judge |] }

    let meanAgrees: Claim<BandEvidence> =
        let name = "The mean of really trained networks is theory's mean"

        let judge (evidence: BandEvidence) (last: BandTime) =
            let isWithin = last.MeanSquare <= last.Limit

            let meaning =
                if isWithin then
                    $"No difference is seen; one of %.3f{last.MeanWidth} (two standard deviations of the mean) would be."
                else
                    let agreed = evidence.Times |> Array.takeWhile (fun time -> time.MeanSquare <= time.Limit)

                    let until =
                        if agreed.Length = 0 then
                            "at no time that was looked at"
                        else
                            $"up to step %d{(Array.last agreed).Steps}"

                    $"So they differ here, as a network of finite width may that moves its kernel; they agree %s{until}."

            Some isWithin,
            $"%s{after evidence last} the mean's squared z-score is %.2f{last.MeanSquare} on average over tweets; theory says 1, and chance stays below %.2f{last.Limit} in 95%% of cases. %s{meaning}"

        { Name = name; Judge = fun evidence -> [| verdict name evidence judge |] }
