namespace NtkPipeline.Host;

/// <summary>How long something takes, in words.</summary>
internal static class RunTime
{
    public static string About(double seconds) => seconds switch
    {
        < 1 => "about a second",
        < 90 => $"about {seconds:0} s",
        _ => $"about {seconds / 60:0.#} min",
    };
}
