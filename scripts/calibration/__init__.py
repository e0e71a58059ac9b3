"""The calibration study of error bars: functions, their true slopes, those who state an error, the judge, the page."""
